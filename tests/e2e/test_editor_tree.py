"""The tree of merges beside the confusion editor and its cut line; in a real browser."""

import numpy as np
from e2e.editor_harness import make_confusion, make_names
from editing import Editor, open_editor
from playwright.sync_api import Browser, Page, expect

from core.regrouping.ordering.dendrogram import merge_tree


def grouped(editor: Editor) -> int:
    """Number of groups as the tree's label says it."""
    return int(editor.tree.get_attribute("aria-valuenow") or 0)


def drag_cut(editor: Editor, page: Page, *, to: float, release: bool = True) -> None:
    """Drag the line to a share of the tree's width."""
    editor.tree.scroll_into_view_if_needed()
    box = editor.tree.bounding_box()
    assert box is not None
    x = float(editor.tree.get_attribute("data-x") or "nan")
    page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + to * box["width"], box["y"] + box["height"] / 2, steps=12)
    if release:
        page.mouse.up()


def test_dragging_the_line_regroups_at_once_and_is_one_step(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, tree=1, order="leaf")
    expect(editor.tree).to_be_visible()
    assert grouped(editor) == 12
    drag_cut(editor, page, to=0.5, release=False)
    shown = grouped(editor)
    assert 2 <= shown < 12
    expect(editor.status).to_contain_text(f"{shown} groups.")
    page.mouse.up()
    editor.expect_groups(shown)
    editor.expect_last_event(f"cut: {shown}")
    editor.press("Control+z")
    editor.expect_groups(12)


def test_the_groups_of_the_line_are_those_of_the_tree(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, tree=1, order="leaf")
    editor.tree.focus()
    for _ in range(5):
        editor.tree.press("ArrowRight")
    editor.expect_groups(7)
    expect(editor.tree).to_have_attribute("aria-valuetext", "7 groups")
    assignment = merge_tree(make_confusion(12)).cut(7)
    names = np.array(make_names(12))
    wanted = [", ".join(names[assignment == group]) for group in np.unique(assignment)]
    line = page.get_by_text("members: ").text_content() or ""
    assert line.count(" = ") == sum(np.bincount(assignment) > 1)
    assert all(f" = {group}" in line for group in wanted if group not in names)


def test_keys_move_the_line_by_one_by_many_and_to_the_ends(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 73, tree=1, order="leaf")
    editor.tree.focus()
    editor.tree.press("ArrowDown")
    expect(editor.tree).to_have_attribute("aria-valuenow", "72")
    editor.tree.press("PageDown")
    expect(editor.tree).to_have_attribute("aria-valuenow", "67")
    editor.tree.press("End")
    expect(editor.tree).to_have_attribute("aria-valuenow", "2")
    editor.expect_groups(2)
    editor.tree.press("ArrowUp")
    editor.expect_groups(3)


def test_outlines_move_before_python_answers(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, tree=1, order="leaf", slow=1.5)
    before = editor.canvas.get_attribute("data-answers")
    drag_cut(editor, page, to=0.4, release=False)
    shown = grouped(editor)
    assert shown < 12
    expect(editor.status).to_have_text(f"Cut into {shown} groups.")
    assert editor.canvas.get_attribute("data-answers") == before
    page.mouse.up()
    editor.expect_groups(shown)
    expect(editor.tree).to_have_attribute("aria-valuenow", str(shown))


def test_few_events_are_sent_while_the_line_moves_and_the_last_one_is_never_lost(
    page: Page, harness: str
) -> None:
    editor = open_editor(page, harness, 73, tree=1, order="leaf")
    for share in (0.9, 0.1, 0.7, 0.3):
        drag_cut(editor, page, to=share, release=False)
    page.mouse.up()
    shown = grouped(editor)
    editor.expect_groups(shown)
    cuts = [event for event in editor.events() if event.startswith("cut")]
    assert cuts[-1] == f"cut: {shown}"
    assert len(cuts) < 4 * 12  # movements


def test_locked_groups_stay_whole_under_the_line(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=12, tree=1, order="leaf")
    editor.canvas.dblclick(position=editor.place(0, 11))
    editor.expect_groups(11)
    editor.press("l")
    expect(page.locator(".chip .lock")).to_have_count(1)
    name = (page.get_by_text("locked: ").text_content() or "").removeprefix("locked: ")
    assert name
    editor.tree.focus()
    editor.tree.press("End")
    expect(page.get_by_text("members: ")).to_contain_text(f"{name} = ")
    editor.expect_line("problem", "")


def test_an_order_with_crossings_says_why_and_one_click_shows_the_tree(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, tree=1)
    start = editor.place(0, -1)
    editor.drag_to(start, editor.place(11, -1))
    editor.press("End", "Alt+ArrowUp", "Alt+ArrowUp", "Alt+ArrowUp", "Alt+ArrowUp")
    note = page.locator(".tree-note")
    expect(note).to_contain_text("would cross")
    expect(editor.tree).to_be_hidden()
    note.get_by_role("button", name="Show it (Optimal leaf order)").click()
    expect(editor.tree).to_be_visible()
    expect(note).to_be_hidden()
    editor.expect_last_event("tree_order")


def test_groups_that_cross_the_tree_are_named_as_the_reason(page: Page, harness: str) -> None:
    open_editor(page, harness, 12, tree=1, groups=4)
    expect(page.locator(".tree-note")).to_contain_text("Your groups cross the branches")


def test_a_folded_matrix_says_that_the_tree_is_for_classes(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, tree=1, order="leaf", groups=6)
    page.get_by_role("button", name="Fold groups").click()
    note = page.locator(".tree-note")
    expect(note).to_contain_text("when groups are unfolded")
    expect(editor.tree).to_be_hidden()
    note.get_by_role("button", name="Unfold them").click()
    expect(page.get_by_role("button", name="Fold groups")).to_have_attribute("aria-pressed", "false")
    expect(editor.tree).to_be_visible()


def test_a_finger_drags_the_line(browser: Browser, harness: str) -> None:
    context = browser.new_context(viewport={"width": 600, "height": 900}, has_touch=True)
    page = context.new_page()
    editor = open_editor(page, harness, 12, tree=1, order="leaf")
    box = editor.tree.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    editor.expect_groups(grouped(editor))
    assert grouped(editor) < 12
    context.close()

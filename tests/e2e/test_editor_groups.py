"""Gestures on groups in the confusion editor: drag and drop, the tray, the menu, undo; in a real browser.

The harness's groups are of neighbors: classes 4 and 5 are ``class 4 + class 5``; the second one is locked.
"""

from editing import Editor, open_editor
from playwright.sync_api import Page, expect

PETS = "class 4 + class 5"
LOCKED = "<img src=x onerror=alert(1)> and 1 more"


def open_pairs(page: Page, harness: str) -> Editor:
    """Twelve classes in six groups of two, in a window that shows the chips too."""
    page.set_viewport_size({"width": 900, "height": 1300})
    return open_editor(page, harness, 12, groups=6)


def test_a_name_is_dragged_onto_the_bracket_of_a_group(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.drag_to(editor.place(8, -1), editor.bracket(4), release=False)
    expect(page.locator(".ghost")).to_contain_text(f"class 8 → into {PETS} (2 classes)")
    expect(editor.status).to_contain_text(f"Release to move class 8 into {PETS}")
    page.mouse.up()
    editor.expect_events(f"move: class 8 -> {PETS}")
    expect(page.locator(".ghost")).to_be_hidden()
    editor.expect_groups(6)


def test_a_name_is_dragged_onto_a_chip_and_chosen_classes_go_with_it(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.click(8, -1)
    editor.click(10, -1, modifiers=["Control"])
    editor.drag_to(editor.place(10, -1), editor.chip(PETS))
    editor.expect_events("choose: class 8", "choose: class 8, class 10", f"move: class 8, class 10 -> {PETS}")


def test_a_name_is_dragged_onto_the_name_of_a_class(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.drag((4, -1), (6, -1))
    editor.expect_events("move: class 4 -> class 6")
    editor.expect_groups(11)


def test_a_name_is_dragged_into_the_block_of_a_group(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.hover(8, -1)
    assert editor.canvas.evaluate("canvas => canvas.style.cursor") == "grab"
    editor.drag((8, -1), (4, 5))
    editor.expect_events(f"move: class 8 -> {PETS}")


def test_classes_dropped_beside_the_groups_form_one_of_their_own(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.click(8, 10)
    editor.drag_to(editor.place(8, -1), page.get_by_role("button", name="New group"))
    editor.expect_events("choose: class 8, class 10", "take_out: class 8, class 10")
    editor.expect_groups(7)


def test_a_drag_that_ends_nowhere_changes_nothing(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.drag_to(editor.place(8, -1), editor.place(8, 3))
    expect(editor.status).to_have_text("Nothing was moved.")
    editor.drag_to(editor.place(8, -1), editor.bracket(4), release=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    editor.click(8, 9)
    editor.expect_events("choose: class 8, class 9")


def test_a_bracket_is_dragged_to_another_place(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    start = editor.bracket(8)
    editor.drag_to(start, {"x": start["x"], "y": editor.place(3.6, 0)["y"]})
    expect(editor.canvas).to_have_attribute("data-order", "0 1 2 3 8 9 4 5 6 7 10 11")
    start = editor.bracket(1)
    editor.drag_to(start, {"x": start["x"], "y": editor.place(11.5, 0)["y"]})
    expect(editor.canvas).to_have_attribute("data-order", "2 3 8 9 4 5 6 7 10 11 0 1")


def test_no_group_is_torn_apart_by_one_that_is_dropped_in_it(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=3)
    start = editor.bracket(9)
    editor.drag_to(start, {"x": start["x"], "y": editor.place(4.6, 0)["y"]})
    expect(editor.canvas).to_have_attribute("data-order", "0 1 2 3 8 9 10 11 4 5 6 7")


def test_chips_tell_the_groups_and_are_dragged_to_reorder(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    expect(editor.chips).to_have_count(6)
    expect(page.locator(".tray-title")).to_have_text("6 groups")
    expect(page.locator(".chip .lock")).to_have_count(1)
    expect(editor.chip(PETS)).to_contain_text("2")
    source, target = editor.chip("class 10 + class 11"), editor.chip("circle + ellipse")
    first, last = source.bounding_box(), target.bounding_box()
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] + 30, first["y"] + 10)
    page.mouse.down()
    page.mouse.move(last["x"] + 4, last["y"] + 10, steps=6)
    page.mouse.up()
    expect(editor.canvas).to_have_attribute("data-order", "10 11 0 1 2 3 4 5 6 7 8 9")
    expect(editor.chips.first).to_contain_text("class 10 + class 11")
    editor.chip(PETS).locator(".chip-name").click()
    expect(editor.chip(PETS).locator(".chip-name")).to_have_attribute("aria-pressed", "true")
    editor.expect_last_event("choose: class 4, class 5")


def test_the_menu_of_a_group_renames_it_in_place(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.canvas.click(position=editor.bracket(4), button="right")
    editor.item("Rename").click()
    field = page.get_by_label("Name of the group")
    expect(field).to_be_focused()
    expect(field).to_have_value(PETS)
    field.fill("pets <b>")
    field.press("Enter")
    editor.expect_events(f"rename: {PETS} -> pets <b>")
    expect(editor.chip("pets <b>")).to_be_visible()
    expect(editor.canvas).to_be_focused()


def test_a_name_that_is_taken_is_refused_in_words(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.chip(PETS).dblclick()
    field = page.get_by_label("Name of the group")
    field.fill("circle + ellipse")
    field.press("Enter")
    expect(page.get_by_text("problem: ")).to_contain_text("already a group named 'circle + ellipse'")
    expect(editor.status).to_contain_text("If the step was refused, the page tells why")
    expect(editor.chip(PETS)).to_be_visible()


def test_the_menu_dissolves_locks_and_colors(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    chip = editor.chip(PETS)
    chip.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitemradio", name="Color 3").click()
    expect(page.get_by_text("colors: ")).to_contain_text(f"{PETS} 2")
    chip.get_by_role("button", name="Actions").click()
    expect(page.get_by_role("menuitemradio", name="Color 3")).to_have_attribute("aria-checked", "true")
    editor.item("Lock").click()
    expect(chip.locator(".lock")).to_be_visible()
    chip.get_by_role("button", name="Actions").click()
    expect(editor.item("Dissolve")).to_be_disabled()
    editor.item("Unlock").click()
    expect(chip.locator(".lock")).to_have_count(0)
    chip.get_by_role("button", name="Actions").click()
    editor.item("Dissolve").click()
    editor.expect_groups(7)
    assert [event.split(":")[0] for event in editor.events()] == ["color", "lock", "lock", "dissolve"]


def test_chosen_classes_are_split_from_their_group(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=3)
    editor.canvas.click(position=editor.bracket(4), button="right")
    expect(editor.item("Split: choose some of its classes first")).to_be_disabled()
    page.keyboard.press("Escape")
    editor.click(5, -1)
    editor.click(6, -1, modifiers=["Control"])
    editor.open_menu(5, -1)
    expect(editor.item("Split: class 5, class 6 out")).to_be_disabled()  # the group is locked
    editor.item("Unlock").click()
    expect(page.locator(".chip .lock")).to_have_count(0)
    editor.open_menu(5, -1)
    editor.item("Split: class 5, class 6 out").click()
    editor.expect_groups(4)
    editor.expect_last_event("take_out: class 5, class 6")
    expect(editor.chip("class 5 + class 6")).to_be_visible()


def test_the_menu_of_a_cell_merges_its_pair_and_moves_its_class(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.open_menu(4, 6)
    editor.item("Merge class 4, class 6").click()
    editor.expect_groups(5)
    editor.open_menu(8, -1)
    editor.item("Move class 8 into").click()
    search = page.get_by_label("Group to move into")
    search.fill("circ")
    search.press("Enter")
    editor.expect_events("merge: class 4, class 6", "move: class 8 -> circle + ellipse")


def test_a_locked_group_takes_nothing_and_says_why(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.drag_to(editor.place(8, -1), editor.bracket(2))
    expect(page.get_by_text("problem: ")).to_contain_text("locked")
    expect(editor.status).to_contain_text("Nothing changed.")
    editor.expect_groups(6)
    editor.expect_line("locked", LOCKED)


def test_a_menu_never_acts_on_another_group_than_its_own(page: Page, harness: str) -> None:
    page.set_viewport_size({"width": 900, "height": 1300})
    editor = open_editor(page, harness, 12, groups=6, slow=1.5)
    editor.canvas.dblclick(position=editor.place(0, 11))
    editor.chip(PETS).get_by_role("button", name="Actions").click()
    expect(editor.menu).to_be_visible()
    editor.expect_groups(5)  # groups have other numbers now
    expect(editor.menu).to_be_hidden()
    editor.chip(PETS).dblclick()
    page.get_by_label("Name of the group").fill("pets")
    page.keyboard.press("Enter")
    expect(editor.chip("pets")).to_be_visible()


def test_a_small_button_at_the_bracket_opens_the_menu(page: Page, harness: str) -> None:
    editor = open_pairs(page, harness)
    editor.canvas.hover(position=editor.bracket(4))
    button = page.locator(".group-menu")
    button.click()
    expect(editor.menu).to_contain_text(f"{PETS} (2 classes)")
    page.mouse.click(5, 5)
    editor.canvas.click(position=editor.place(0, 6))
    expect(editor.menu).to_be_hidden()


def test_undo_and_redo_follow_the_keys(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.canvas.dblclick(position=editor.place(4, 5))
    editor.expect_groups(11)
    editor.press("Control+z")
    editor.expect_groups(12)
    editor.press("Control+y")
    editor.expect_groups(11)
    editor.press("Control+z")
    editor.expect_groups(12)
    editor.press("Control+Shift+Z")
    editor.expect_groups(11)
    editor.press("Control+z")
    editor.expect_groups(12)
    editor.press("Control+z")
    expect(editor.status).to_contain_text("Nothing changed")
    editor.expect_last_event("undo")


def test_five_hundred_groups_are_listed_as_they_are_scrolled_to(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 1000, groups=500)
    expect(page.locator(".tray-title")).to_contain_text("500 groups")
    assert editor.chips.count() <= 60
    page.locator(".chips").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(editor.chips).to_have_count(120)
    page.get_by_label("Find a group").fill("class 731")
    expect(editor.chips).to_have_count(1)
    editor.chips.locator(".chip-name").click()
    editor.expect_events("choose: class 730, class 731")

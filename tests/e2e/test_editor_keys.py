"""The confusion editor by keyboard alone, and what it says; in a real browser."""

import re

from editing import open_editor
from playwright.sync_api import Page, expect

PETS = "class 4 + class 5"


def test_it_is_named_and_speaks(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    assert editor.canvas.get_attribute("tabindex") == "0"
    assert "12 classes in 12 groups" in (editor.canvas.get_attribute("aria-label") or "")
    assert editor.status.get_attribute("aria-live") == "polite"
    expect(page.get_by_role("slider", name="Cut of the tree")).to_have_count(0)


def test_arrows_space_and_enter_look_and_merge(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.press("ArrowDown", "ArrowRight")
    expect(editor.status).to_contain_text("circle taken for ellipse: ")
    editor.press(" ")
    editor.expect_events("choose: circle, ellipse")
    editor.press("Enter")
    editor.expect_groups(11)
    expect(editor.status).to_have_text("12 classes are now in 11 groups.")
    editor.press("Enter")
    expect(editor.status).to_contain_text("already in one group")


def test_a_stretch_and_single_classes_are_chosen_and_merged(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.press("End", "Shift+ArrowUp", "Shift+ArrowUp")
    expect(editor.status).to_contain_text("class 9, class 10, class 11")
    editor.press("m")
    editor.expect_groups(10)
    editor.press(
        "Escape", "Home", "Control+ ", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight", "Control+ "
    )
    expect(editor.status).to_contain_text("Chosen: circle, <img src=x onerror=alert(1)>")
    editor.press("x")
    editor.expect_groups(9)
    editor.press("Escape")
    expect(editor.status).to_contain_text("Click a cell")


def test_the_next_confusion_is_one_key_away(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.press("n")
    strongest = editor.status.text_content() or ""
    counts = [int(number) for number in re.findall(r": (\d+) of", strongest)]
    assert counts[0] >= 14
    editor.press("n", "p")
    expect(editor.status).to_have_text(strongest)


def test_the_menu_opens_by_key_and_is_left_by_escape(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6)
    editor.press("End", "Shift+F10")
    expect(editor.menu).to_be_visible()
    expect(editor.item("Rename")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(editor.menu).to_be_hidden()
    expect(editor.canvas).to_be_focused()
    editor.press("ContextMenu")
    page.keyboard.press("End")
    expect(page.get_by_role("menuitemradio", name="No color")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    editor.expect_events("color: class 10 + class 11 -> 7")
    expect(editor.canvas).to_be_focused()


def test_one_key_each_renames_locks_dissolves_and_moves(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6)
    editor.press("End", "F2")
    page.keyboard.insert_text("last")
    page.keyboard.press("Enter")
    expect(editor.chip("last")).to_be_visible()
    editor.press("l")
    editor.expect_line("locked", "<img src=x onerror=alert(1)> and 1 more, last")
    editor.press("l", "d")
    editor.expect_groups(7)
    editor.press("g")
    page.keyboard.insert_text("class 4")
    page.keyboard.press("Enter")
    editor.expect_groups(6)
    editor.expect_last_event(f"move: class 11 -> {PETS}")


def test_alt_with_arrows_moves_a_group_past_its_neighbor(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6)
    editor.press("End", "Alt+ArrowUp")
    expect(editor.canvas).to_have_attribute("data-order", "0 1 2 3 4 5 6 7 10 11 8 9")
    editor.press("Alt+ArrowDown")
    expect(editor.canvas).to_have_attribute("data-order", " ".join(map(str, range(12))))
    editor.press("Alt+ArrowDown")
    expect(editor.status).to_contain_text("at the end already")


def test_the_chips_are_one_stop_of_tab_and_arrows_go_through_them(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6)
    assert page.locator(".chips [tabindex='0']").count() == 1
    page.locator(".chips [tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(editor.chip(PETS).locator(".chip-name")).to_be_focused()
    page.keyboard.press("Enter")
    editor.expect_events("choose: class 4, class 5")
    page.keyboard.press("Alt+ArrowLeft")
    expect(editor.canvas).to_have_attribute("data-order", "0 1 4 5 2 3 6 7 8 9 10 11")
    expect(editor.chip(PETS).locator(".chip-name")).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(editor.item("Rename")).to_be_focused()
    page.keyboard.press("Escape")
    expect(editor.chip(PETS).locator(".chip-name")).to_be_focused()
    page.keyboard.press("d")
    editor.expect_groups(7)


def test_a_question_mark_shows_all_keys(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.press("?")
    help_ = page.get_by_role("dialog", name="All gestures and keys")
    expect(help_).to_contain_text("merge the chosen block, else the pair at the cursor")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(editor.canvas).to_be_focused()
    page.get_by_role("button", name="All gestures and keys").click()
    expect(help_).to_be_visible()
    help_.get_by_role("button", name="Close").click()
    expect(help_).to_be_hidden()


def test_streamlits_own_keys_hear_nothing_of_it(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6)
    editor.press("Home", "c", "r")
    editor.press("F2")
    page.keyboard.insert_text("c")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(editor.chip("cc")).to_be_visible()
    expect(page.get_by_text("Clear caches")).to_have_count(0)


def test_keys_act_on_groups_when_they_are_folded(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6)
    page.get_by_role("button", name="Fold groups").click()
    editor.press("Home", "ArrowRight", "ArrowRight", " ")
    editor.expect_events("choose: circle, ellipse, class 4, class 5")
    editor.press("Enter")
    editor.expect_groups(5)
    editor.click(0, 0)
    expect(editor.status).to_contain_text("Chosen: circle, ellipse, class 4, class 5")

"""The confusion editor in a real browser: hover, click, drag, keys, 3 to 1,000 classes, light and dark."""

import re
import time
from typing import Literal

import pytest
from editing import open_editor
from playwright.sync_api import Browser, Page, expect


def test_hovering_tells_the_confusion_both_ways_and_both_groups(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 3)
    editor.hover(0, 1)
    lines = editor.card.locator("div").all_text_contents()
    counts = [
        re.fullmatch(rf"{pair}: (\d+) of 90 \(\d+ %\); \d+ % of all taken for \w+", line)
        for pair, line in zip(["circle taken for ellipse", "ellipse taken for circle"], lines, strict=False)
    ]
    assert all(counts)
    assert lines[2:] == ["circle stands alone", "ellipse stands alone"]
    editor.hover(1, 1)
    expect(editor.card).to_have_text(re.compile(r"ellipse recognized: \d+ of 90 \(\d+ %\)"))
    page.mouse.move(1, 1)
    expect(editor.card).to_be_hidden()


def test_a_name_with_markup_is_only_text(page: Page, harness: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a class name ran as a script"))
    editor = open_editor(page, harness, 12)
    editor.hover(2, 1)
    expect(editor.card).to_contain_text("<img src=x onerror=alert(1)> taken for ellipse")
    editor.click(2, 3)
    expect(editor.status).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".editor img").count() == 0


def test_a_click_chooses_a_pair_and_a_double_click_merges_it(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.click(4, 5)
    editor.expect_events("choose: class 4, class 5")
    editor.click(4, 5)
    editor.canvas.dblclick(position=editor.place(6, 7))
    editor.expect_events("choose: class 4, class 5", "choose: class 6, class 7", "merge: class 6, class 7")
    editor.expect_groups(11)
    editor.hover(7, 6)
    expect(editor.card).to_contain_text("both in group class 6 + class 7 (2 classes)")
    editor.canvas.dblclick(position=editor.place(7, 6))
    expect(editor.status).to_contain_text("already in one group")
    editor.expect_groups(11)


def test_a_drag_along_the_diagonal_chooses_a_block_and_offers_to_merge_it(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.drag((4, 4), (7, 7))
    editor.expect_events("choose: class 4, class 5, class 6, class 7")
    page.get_by_role("button", name="Merge 4 classes").click()
    editor.expect_groups(9)
    expect(page.get_by_role("button", name="Merge 4 classes")).to_be_hidden()
    editor.click(5, 5)  # on the diagonal: the whole group
    editor.expect_events(
        "choose: class 4, class 5, class 6, class 7",
        "merge: class 4, class 5, class 6, class 7",
        "choose: class 4, class 5, class 6, class 7",
    )


def test_a_click_on_a_name_chooses_the_class_and_shift_the_stretch_from_there(
    page: Page, harness: str
) -> None:
    editor = open_editor(page, harness, 12)
    editor.click(6, -1)
    editor.expect_events("choose: class 6")
    editor.click(8, -1, modifiers=["Shift"])
    editor.expect_events("choose: class 6", "choose: class 6, class 7, class 8")
    page.get_by_role("button", name="Merge 3 classes").click()
    editor.expect_groups(10)


def test_ctrl_adds_single_classes_and_takes_them_away_again(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.click(4, 5)
    editor.click(9, -1, modifiers=["Control"])
    editor.click(11, -1, modifiers=["Control"])
    editor.click(4, -1, modifiers=["Control"])
    editor.expect_events(
        "choose: class 4, class 5",
        "choose: class 4, class 5, class 9",
        "choose: class 4, class 5, class 9, class 11",
        "choose: class 5, class 9, class 11",
    )
    page.get_by_role("button", name="Merge 3 classes").click()
    editor.expect_line("members", "class 5 + class 9 + class 11 = class 5, class 9, class 11")


def test_a_drag_off_the_diagonal_chooses_nothing(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.drag((1, 8), (3, 10))
    editor.click(4, 5)  # what is sent is sent in order: nothing came before
    editor.expect_events("choose: class 4, class 5")


def test_a_choice_shows_at_once_and_stays(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    for row in (0, 4, 6, 8):
        editor.click(row, row + 1)
        expect(editor.status).to_contain_text(f"Chosen: {'circle' if row == 0 else f'class {row}'}")
    editor.expect_events(
        "choose: circle, ellipse",
        *(f"choose: class {row}, class {row + 1}" for row in (4, 6, 8)),
    )
    expect(editor.status).to_contain_text("Chosen: class 8, class 9")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("classes", [3, 73, 1000])
def test_every_size_is_drawn_in_either_theme(
    page: Page, harness: str, classes: int, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    page.emulate_media(color_scheme=scheme)
    editor = open_editor(page, harness, classes)
    colors = editor.colors()
    background, _ = max(colors.items(), key=lambda item: item[1]) if classes > 3 else ("", 0)
    if background:
        assert (sum(map(int, background.split(","))) > 380) == (scheme == "light")
    reds = [color for color in colors if int(color.split(",")[0]) > int(color.split(",")[2]) + 40]
    blues = [color for color in colors if int(color.split(",")[2]) > int(color.split(",")[0]) + 40]
    assert reds, "no confusion is visible"
    assert blues or classes == 1000, "the diagonal is not told apart"
    editor.hover(4 % classes, 5 % classes)
    expect(editor.card).to_contain_text(re.compile(r"taken for .*: (14|15|16|17|18|19|20) of 90"))
    editor.canvas.dblclick(position=editor.place(4 % classes, 5 % classes))
    editor.expect_groups(classes - 1)


def test_a_thousand_classes_zoom_and_move(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 1000)
    assert editor.number("cell") < 1
    editor.canvas.hover(position=editor.place(500, 500))
    page.keyboard.down("Control")
    for _ in range(12):
        page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    assert editor.number("cell") > 20
    assert abs(editor.number("x") + editor.number("y") - 1000) < 60
    editor.press("Home")
    assert (editor.number("x"), editor.number("y")) == (0, 0)
    editor.hover(0, 1)
    expect(editor.card).to_contain_text("circle taken for ellipse")
    page.get_by_role("button", name="Show all").click()
    assert editor.number("cell") < 1


@pytest.mark.parametrize("width", [400, 1600])
def test_it_fits_narrow_and_wide_columns(page: Page, harness: str, width: int) -> None:
    editor = open_editor(page, harness, 12)
    page.set_viewport_size({"width": width, "height": 900})
    expect(editor.canvas).to_have_js_property(
        "width", page.locator(".editor").evaluate("box => box.clientWidth")
    )
    box = editor.canvas.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert editor.number("cell") * 12 > 150
    editor.click(4, 5)
    editor.expect_events("choose: class 4, class 5")


def test_pixels_are_the_screens_own(browser: Browser, harness: str) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 900}, device_scale_factor=2)
    editor = open_editor(context.new_page(), harness, 3)
    width, shown = editor.canvas.evaluate("canvas => [canvas.width, canvas.clientWidth]")
    assert width == 2 * shown
    context.close()


def test_coming_and_going_leaves_nothing_behind(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.click(4, 5)
    editor.expect_events("choose: class 4, class 5")
    for _ in range(3):
        page.get_by_text("Shown", exact=True).click()
        expect(editor.canvas).to_have_count(0)
        page.get_by_text("Shown", exact=True).click()
        expect(editor.canvas).to_have_attribute("data-answers", re.compile(r"\d"))
    editor.canvas.dblclick(position=editor.place(6, 7))
    editor.expect_groups(11)
    editor.expect_events("choose: class 4, class 5", "choose: class 6, class 7", "merge: class 6, class 7")


def test_nothing_is_lost_or_done_twice_when_answers_are_slow(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, slow=0.7)
    for row in (0, 4, 6):
        editor.canvas.dblclick(position=editor.place(row, row + 1))
    editor.expect_groups(9)
    merges = [event for event in editor.events() if event.startswith("merge")]
    assert merges == ["merge: circle, ellipse", "merge: class 4, class 5", "merge: class 6, class 7"]


def test_other_classes_under_its_hands_leave_it_whole(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=6, tree=1)
    editor.click(4, 5)
    editor.open_menu(4, -1)
    page.get_by_text("One class more").click()
    editor.expect_groups(5)
    expect(editor.menu).to_be_hidden()
    expect(editor.status).to_contain_text("Click a cell")
    editor.canvas.dblclick(position=editor.place(11, 12))
    editor.expect_events("choose: class 11, class 12", "merge: class 11, class 12")
    editor.expect_groups(4)


def test_pen_and_finger_do_what_the_mouse_does(browser: Browser, harness: str) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 900}, has_touch=True)
    page = context.new_page()
    editor = open_editor(page, harness, 12)
    editor.canvas.tap(position=editor.place(4, 5))
    editor.expect_events("choose: class 4, class 5")
    tap_twice(page, editor.on_page(editor.place(2, 3)), pause=1)
    tap_twice(page, editor.on_page(editor.place(6, 7)), pause=0.15)
    editor.expect_groups(11)
    touch(page, editor.on_page(editor.place(8, 8)), editor.on_page(editor.place(10, 10)))
    expect(editor.status).to_contain_text("Chosen: class 8, class 9, class 10")
    page.get_by_role("button", name="Merge 3 classes").tap()
    editor.expect_groups(9)
    context.close()


def tap_twice(page: Page, place: tuple[float, float], *, pause: float) -> None:
    """Tap a pixel twice, by the clock of the fingers; the page hears of the second tap 0.6 s later."""
    finger = page.context.new_cdp_session(page)
    x, y = place
    first = time.time()
    for moment in (first, first + pause):
        point, lift = {"touchPoints": [{"x": x, "y": y}]}, {"touchPoints": []}
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "timestamp": moment, **point})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "timestamp": moment + 0.05, **lift})
        page.wait_for_timeout(600)


def touch(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag a finger from one pixel of the window to another."""
    finger = page.context.new_cdp_session(page)
    steps = [tuple(a + (b - a) * step / 8 for a, b in zip(start, end, strict=True)) for step in range(9)]
    for x, y in steps:
        kind = "touchStart" if (x, y) == start else "touchMove"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

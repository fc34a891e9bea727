"""How the confusion editor draws, in a real browser: colors against counts, folding, search, minimap."""

import re
from typing import Literal

import numpy as np
import pytest
from e2e.editor_harness import make_confusion
from editing import Editor, open_editor
from playwright.sync_api import Browser, Page, expect

# Pixel of the lower canvas at a place of the upper one.
PIXEL = """
([x, y]) => {
  const host = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot;
  const base = host.querySelector("canvas.base");
  const [left, top] = [x, y].map((value) => Math.round((value * base.width) / base.clientWidth));
  return Array.from(base.getContext("2d").getImageData(left, top, 1, 1).data);
}
"""
STUDY = {"black": (0, 0, 0), "green": (44, 160, 44), "blue": (31, 95, 208), "red": (224, 26, 26)}


def color_at(editor: Editor, row: int, column: int) -> tuple[int, ...]:
    """Color of a cell near its upper left corner, where no number stands."""
    cell = editor.number("cell")
    middle = editor.place(row, column)
    return tuple(editor.page.evaluate(PIXEL, [middle["x"] - 0.35 * cell, middle["y"] - 0.35 * cell])[:3])


def legend(page: Page) -> str:
    return " ".join(page.locator(".legend span:not(:has(span))").all_text_contents())


def wait_painted(page: Page) -> None:
    """Wait until the editor has painted what was changed: it does so in the next frame."""
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")


def choose(page: Page, **options: str) -> None:
    for name, label in options.items():
        page.locator(f".tools select.{name}").select_option(label=label)
    wait_painted(page)


def wait_still(editor: Editor) -> None:
    expect(editor.canvas).to_have_attribute("data-moving", "no")


def watch_movement(page: Page) -> None:
    """Keep whether the matrix moved in ``window.moved``, from now on."""
    page.evaluate(
        """() => {
          const canvas = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot
            .querySelector("canvas.overlay");
          window.moved = [];
          new MutationObserver(() => window.moved.push(canvas.dataset.moving))
            .observe(canvas, { attributes: true, attributeFilter: ["data-moving"] });
        }"""
    )


def slide(page: Page, position: int) -> None:
    page.locator("input.fade").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", position
    )
    wait_painted(page)


def test_bands_in_the_studys_colors_follow_the_percent_of_each_row(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    choose(page, scale="Bands, study colors")
    confusion = make_confusion(12)
    shares = 100 * confusion / confusion.sum(axis=1, keepdims=True)
    named = {0: "black", 1: "green", 10: "blue", 60: "red"}
    for row in range(12):
        for column in range(12):
            band = max((start for start in named if shares[row, column] >= start), default=0)
            assert color_at(editor, row, column) == STUDY[named[band]], (row, column)
    assert "60 and more" in legend(page)
    assert "% of the images of the true class" in legend(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_safe_bands_leave_the_page_step_by_step(
    page: Page, harness: str, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    page.emulate_media(color_scheme=scheme)
    open_editor(page, harness, 12)
    choose(page, scale="Six bands")
    swatches = page.locator(".legend-swatch")
    expect(swatches).to_have_count(6)
    lightness = []
    for swatch in swatches.all():
        color = swatch.evaluate("node => getComputedStyle(node).backgroundColor")
        red, green, blue = (int(value) for value in re.findall(r"\d+", color))
        lightness.append(0.299 * red + 0.587 * green + 0.114 * blue)
    steps = np.diff(lightness) * (-1 if scheme == "light" else 1)
    assert min(steps) > 15


@pytest.mark.parametrize(
    ("title", "unit"),
    [("Row share", "%"), ("Column share", "%"), ("Symmetric share", "%"), ("Counts", "images")],
)
def test_the_legend_tells_the_largest_value_of_each_measure(
    page: Page, harness: str, title: str, unit: str
) -> None:
    open_editor(page, harness, 12)
    choose(page, measure=title, scale="Linear")
    confusion = make_confusion(12).astype(float)
    rows = confusion / confusion.sum(axis=1, keepdims=True)
    values = {
        "Row share": rows,
        "Column share": confusion / confusion.sum(axis=0, keepdims=True),
        "Symmetric share": (rows + rows.T) / 2,
        "Counts": confusion,
    }[title]
    off = values - np.diag(np.diag(values))
    ticks = page.locator(".legend-ticks").all_text_contents()
    for found, most in zip(ticks, (np.diag(values).max(), off.max()), strict=True):
        last = float(re.findall(r"[\d.]+", found)[-1]) if unit == "images" else None
        if last is None:
            assert found.endswith(f"{round(100 * most)} %")
        else:
            assert str(round(most)) in found
    assert unit in legend(page)


@pytest.mark.parametrize(("scale", "middle"), [("Linear", 0.5), ("Square root", 0.25)])
def test_the_legend_tells_what_is_half_way_along(page: Page, harness: str, scale: str, middle: float) -> None:
    open_editor(page, harness, 12)
    choose(page, measure="Counts", scale=scale)
    ticks = page.locator(".legend-ticks").first.locator("span").all_text_contents()
    assert abs(float(ticks[1]) - middle * float(ticks[2])) <= 0.5


def test_the_slider_pales_small_cells_and_the_legend_says_below_what(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    choose(page, scale="Bands, study colors")
    slide(page, 100)
    most = 100 * max(make_confusion(12)[row, row ^ 1] for row in range(12)) / 90
    assert f"pale: below {round(most)} %" in legend(page)
    assert color_at(editor, 0, 0) == STUDY["red"]
    green = color_at(editor, *np.argwhere(make_confusion(12) == 1)[0])
    assert STUDY["black"] < green < STUDY["green"]
    slide(page, 0)
    expect(page.locator(".fade-value")).to_have_text("off")
    assert "pale" not in legend(page)


def test_folding_shows_block_sums_and_moves_there(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=4)
    watch_movement(page)
    page.get_by_role("button", name="Fold groups").click()
    page.wait_for_function("window.moved.includes('yes') && window.moved.at(-1) === 'no'")
    assert len(editor.places()) == 4
    assert "% of the images of the true group" in legend(page)
    blocks = make_confusion(12).reshape(4, 3, 4, 3).sum(axis=(1, 3))
    for row, column in [(0, 1), (2, 1), (3, 3)]:
        editor.hover(row, column)
        expect(editor.card).to_contain_text(f": {blocks[row, column]} of {blocks[row].sum()}")
    page.get_by_role("button", name="Fold groups").click()
    wait_still(editor)
    assert len(editor.places()) == 12


def test_a_new_order_is_shown_as_a_movement(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, groups=4)
    watch_movement(page)
    editor.press("ArrowDown", "Alt+ArrowDown")
    page.wait_for_function("window.moved.includes('yes') && window.moved.at(-1) === 'no'")
    assert editor.places() == [3, 4, 5, 0, 1, 2, *range(6, 12)]


def test_two_fingers_zoom(browser: Browser, harness: str) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 900}, has_touch=True)
    page = context.new_page()
    editor = open_editor(page, harness, 1000)
    before = editor.number("cell")
    x, y = editor.on_page(editor.place(500, 500))
    touch = context.new_cdp_session(page)
    for kind, gap in [
        ("touchStart", 20),
        *(("touchMove", gap) for gap in range(30, 130, 10)),
        ("touchEnd", 0),
    ]:
        points = [{"x": x - gap, "y": y, "id": 0}, {"x": x + gap, "y": y, "id": 1}] if gap else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert editor.number("cell") > 4 * before
    assert abs(editor.number("x") + editor.number("plot") / editor.number("cell") / 2 - 500) < 60
    editor.expect_events()
    context.close()


def test_nothing_moves_for_who_asked_for_less_motion(page: Page, harness: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    editor = open_editor(page, harness, 12, groups=4)
    page.get_by_role("button", name="Fold groups").click()
    expect(editor.canvas).to_have_attribute("data-order", "0 1 2 3")
    for _ in range(5):
        assert editor.canvas.get_attribute("data-moving") == "no"


def test_what_is_chosen_in_the_toolbar_is_there_after_a_reload(page: Page, harness: str) -> None:
    open_editor(page, harness, 12, groups=4)
    choose(page, measure="Counts", scale="Log")
    slide(page, 40)
    page.get_by_role("button", name="Fold groups").click()
    page.reload()
    editor = Editor(page)
    assert page.locator("select.measure").input_value() == "count"
    assert page.locator("select.scale").input_value() == "log"
    assert page.locator("input.fade").input_value() == "40"
    assert len(editor.places()) == 4
    page.evaluate('localStorage.setItem(\'regroup-matrix-view\', \'{"measure": "toString", "fade": [1]}\')')
    page.reload()
    assert len(Editor(page).places()) == 12
    assert page.locator("select.measure").input_value() == "row"


def test_a_class_is_found_by_its_name(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 1000)
    field = page.get_by_role("combobox", name="Find a class")
    field.fill("CLASS 77")
    options = page.locator(".suggestions li").all_text_contents()
    assert options == ["class 77", *(f"class 77{digit}" for digit in range(7))]
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("class 770")
    expect(editor.status).to_contain_text("class 770 recognized: ")
    assert editor.number("cell") >= 23
    middle = editor.number("x") + editor.number("plot") / editor.number("cell") / 2
    assert abs(middle - 770.5) < 1
    field.fill("<img")
    field.press("Enter")
    expect(editor.status).to_contain_text("<img src=x onerror=alert(1)> recognized: ")
    field.press("Escape")
    expect(field).to_have_value("")
    field.fill("nothing like it")
    field.press("Enter")
    expect(editor.status).to_have_text("No class is called nothing like it.")


def test_the_minimap_moves_the_view(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 1000)
    minimap = page.locator("canvas.minimap")
    size = minimap.bounding_box()["width"]
    minimap.click(position={"x": size * 0.5, "y": size * 0.25})
    assert editor.number("cell") > 10
    half = editor.number("plot") / editor.number("cell") / 2
    assert abs(editor.number("x") + half - 500) < 15
    assert abs(editor.number("y") + half - 250) < 15
    box = minimap.bounding_box()
    page.mouse.move(box["x"] + size * 0.5, box["y"] + size * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + size * 0.9, box["y"] + size * 0.8, steps=4)
    page.mouse.up()
    assert abs(editor.number("x") + half - 900) < 15
    assert abs(editor.number("y") + half - 800) < 15


def test_a_small_matrix_needs_no_minimap(page: Page, harness: str) -> None:
    open_editor(page, harness, 73)
    expect(page.locator("canvas.minimap")).to_be_hidden()


def test_no_confusion_is_lost_where_many_cells_share_a_pixel(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 1000)
    confusion = make_confusion(1000)
    rows, columns = np.nonzero(confusion - np.diag(np.diag(confusion)))
    cell, left, top = (editor.number(name) for name in ("cell", "left", "top"))
    empty = max(editor.colors().items(), key=lambda item: item[1])[0]
    for row, column in list(zip(rows, columns, strict=True))[::400]:
        x, y = left + int(column * cell + 1e-6), top + int(row * cell + 1e-6)
        found = page.evaluate(PIXEL, [x, y])[:3]
        assert ",".join(map(str, found)) != empty, (row, column)


def test_names_stand_beside_a_zoomed_matrix(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 1000)
    field = page.get_by_role("combobox", name="Find a class")
    field.fill("class 500")
    field.press("Enter")
    field.press("Escape")
    page.wait_for_timeout(100)
    row = editor.place(500, 500)["y"]
    inked = page.evaluate(
        """([x, y]) => {
          const base = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot
            .querySelector("canvas.base");
          const data = base.getContext("2d").getImageData(x - 60, y - 8, 60, 16).data;
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4) seen.add(`${data[i]},${data[i + 3]}`);
          return seen.size;
        }""",
        [round(editor.number("left")), round(row)],
    )
    assert inked > 5


def test_the_whole_screen_makes_the_matrix_larger_and_offers_to_merge_a_pair(
    browser: Browser, harness: str
) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    editor = open_editor(page, harness, 73)
    small = editor.number("plot")
    page.get_by_role("button", name="Full screen").click()
    leave = page.get_by_role("button", name="Leave full screen")
    expect(leave).to_be_visible()
    wide = editor.number("plot")
    assert wide > 1.2 * small
    editor.canvas.click(position=editor.place(0, 1))
    page.get_by_role("button", name="Merge 2 classes").click()
    editor.expect_groups(72)
    editor.press("f")
    expect(leave).to_be_hidden()
    expect(editor.canvas).to_have_attribute("data-plot", f"{small:.0f}")
    page.close()


def test_a_name_as_long_as_a_page_does_not_fill_the_card(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12, long=1)
    editor.canvas.hover(position=editor.place(4, 5))
    expect(editor.card).to_contain_text("class 4 x")
    assert len(editor.card.inner_text()) < 600

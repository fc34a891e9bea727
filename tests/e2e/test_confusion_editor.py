"""The confusion editor in a real browser: hover, click, drag, keys, 3 to 1,000 classes, light and dark."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
START_S = 90  # how long the harness may take to answer before the test gives up


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page with nothing but the editor."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(HERE / "editor_harness.py"), "--server.headless=true",
        "--server.address=127.0.0.1", f"--server.port={port}", "--browser.gatherUsageStats=false",
        "--server.fileWatcherType=none",
    ]  # fmt: skip
    log = (tmp_path_factory.mktemp("harness") / "log.txt").open("wb")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_S
    answered = False
    while not answered and time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            answered = True
        time.sleep(0.1)
    assert answered, Path(log.name).read_text()
    yield url
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
    log.close()


class Editor:
    """The editor on a page, addressed by classes instead of pixels."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas: Locator = page.locator("canvas.overlay")
        self.card = page.locator(".card")
        self.status = page.locator(".status")
        expect(self.canvas).to_have_attribute("data-cell", re.compile(r"\d"))

    def number(self, name: str) -> float:
        return float(self.canvas.get_attribute(f"data-{name}") or "nan")

    def place(self, row: float, column: float) -> dict[str, float]:
        """Pixel of the middle of a cell, by its places."""
        cell = self.number("cell")
        return {
            "x": self.number("left") + (column + 0.5 - self.number("x")) * cell,
            "y": self.number("top") + (row + 0.5 - self.number("y")) * cell,
        }

    def click(self, row: float, column: float, **options: object) -> None:
        self.canvas.click(position=self.place(row, column), **options)

    def hover(self, row: float, column: float) -> None:
        self.canvas.hover(position=self.place(row, column))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        box = self.canvas.bounding_box()
        assert box is not None
        first, last = self.place(*start), self.place(*end)
        self.page.mouse.move(box["x"] + first["x"], box["y"] + first["y"])
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + last["x"], box["y"] + last["y"], steps=6)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.canvas.press(key)

    def expect_events(self, *events: str) -> None:
        expect(self.page.get_by_text("events: ")).to_have_text(f"events: {' | '.join(events)}".strip())

    def expect_groups(self, number: int) -> None:
        expect(self.page.get_by_text("groups: ")).to_have_text(f"groups: {number}")

    def colors(self) -> dict[str, int]:
        """How often each color stands in the matrix, as drawn."""
        return self.page.evaluate(
            """() => {
              const host = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot;
              const [base, over] = [host.querySelector("canvas.base"), host.querySelector("canvas.overlay")];
              const ratio = base.width / base.clientWidth;
              const [left, top] = [over.dataset.left * ratio, over.dataset.top * ratio].map(Math.round);
              const size = base.height - top - Math.round(6 * ratio);
              const data = base.getContext("2d").getImageData(left, top, size, size).data;
              const found = {};
              for (let i = 0; i < data.length; i += 4) {
                const color = `${data[i]},${data[i + 1]},${data[i + 2]}`;
                found[color] = (found[color] || 0) + 1;
              }
              return found;
            }"""
        )


def open_editor(page: Page, harness: str, classes: int, **query: str) -> Editor:
    page.goto(f"{harness}/?classes={classes}" + "".join(f"&{key}={value}" for key, value in query.items()))
    return Editor(page)


def test_hovering_tells_the_confusion_both_ways(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 3)
    editor.hover(0, 1)
    first, second = editor.card.locator("div").all_text_contents()
    assert re.fullmatch(r"circle taken for ellipse: \d+ of 90 \(\d+ %\)", first)
    assert re.fullmatch(r"ellipse taken for circle: \d+ of 90 \(\d+ %\)", second)
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
    expect(editor.card).to_contain_text("group class 6 + class 7 (2 classes)")
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
    editor.click(5, 5)  # on the diagonal: the whole group, chosen already
    page.wait_for_timeout(200)
    editor.expect_events(
        "choose: class 4, class 5, class 6, class 7",
        "merge: class 4, class 5, class 6, class 7",
        "choose: class 4, class 5, class 6, class 7",
    )


def test_a_drag_along_the_names_chooses_a_block(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.drag((6, -1.2), (8, -1.2))
    editor.expect_events("choose: class 6, class 7, class 8")


def test_a_drag_off_the_diagonal_chooses_nothing(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    editor.drag((1, 8), (3, 10))
    page.wait_for_timeout(300)
    editor.expect_events()


def test_keys_do_all_that_the_mouse_does(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    assert editor.canvas.get_attribute("tabindex") == "0"
    assert "12 classes in 12 groups" in (editor.canvas.get_attribute("aria-label") or "")
    assert editor.status.get_attribute("aria-live") == "polite"
    editor.press("ArrowDown", "ArrowRight")
    expect(editor.status).to_contain_text("circle taken for ellipse: ")
    editor.press("Enter")
    editor.expect_events("choose: circle, ellipse")
    editor.press("m")
    editor.expect_groups(11)
    expect(editor.status).to_have_text("12 classes are now in 11 groups.")
    editor.press("Escape", "End", "Shift+ArrowUp", "Shift+ArrowUp")
    expect(editor.status).to_contain_text("class 9, class 10, class 11")
    editor.press("m")
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


def test_a_choice_shows_at_once_and_stays(page: Page, harness: str) -> None:
    editor = open_editor(page, harness, 12)
    for row in (0, 4, 6, 8):
        editor.click(row, row + 1)
    page.wait_for_timeout(800)
    expect(editor.status).to_contain_text("Chosen: class 8, class 9")
    events = (page.get_by_text("events: ").text_content() or "").split(" | ")
    assert len(events) == 4
    assert events[-1].endswith("choose: class 8, class 9")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("classes", [3, 73, 1000])
def test_every_size_is_drawn_in_either_theme(
    browser: Browser, harness: str, classes: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
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
    editor.canvas.dblclick(position=editor.place(0, 1))
    editor.expect_groups(classes - 1)
    assert not errors
    context.close()


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
    page.wait_for_timeout(400)
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
        page.get_by_text("Shown").click()
        expect(editor.canvas).to_have_count(0)
        page.get_by_text("Shown").click()
        expect(editor.canvas).to_have_attribute("data-cell", re.compile(r"\d"))
    editor.canvas.dblclick(position=editor.place(6, 7))
    editor.expect_groups(11)
    editor.expect_events("choose: class 4, class 5", "choose: class 6, class 7", "merge: class 6, class 7")

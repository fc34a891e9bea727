"""The confusion editor on a page of its own, for tests in a browser: its server, and its gestures."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from serving import free_port

ROOT = Path(__file__).parents[1]
HARNESS = Path(__file__).parent / "e2e" / "editor_harness.py"
START_S = 90  # how long the harness may take to answer before the test gives up
EDITOR = 'document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot'


@contextmanager
def serve_harness(log_path: Path) -> Iterator[str]:
    """Run the harness's server; give its address."""
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(HARNESS), "--server.headless=true",
        "--server.address=127.0.0.1", f"--server.port={port}", "--browser.gatherUsageStats=false",
        "--server.fileWatcherType=none",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    url = f"http://127.0.0.1:{port}"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + START_S
            answered = False
            while not answered and time.monotonic() < deadline and process.poll() is None:
                with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                    answered = True
                time.sleep(0.1)
            assert answered, log_path.read_text()
            yield url
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class Editor:
    """The editor on a page, addressed by places of classes instead of pixels."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas: Locator = page.locator("canvas.overlay")
        self.tree: Locator = page.locator("canvas.tree")
        self.card = page.locator(".card")
        self.status = page.locator(".status")
        self.menu = page.locator(".menu")
        self.chips = page.locator(".chip")
        expect(self.canvas).to_have_attribute("data-answers", re.compile(r"\d"))

    def number(self, name: str) -> float:
        return float(self.canvas.get_attribute(f"data-{name}") or "nan")

    def place(self, row: float, column: float) -> dict[str, float]:
        """Pixel of the middle of a cell, by its places; column -1 are the names of true classes."""
        cell = self.number("cell")
        return {
            "x": self.number("left") - 20 if column < 0 else self._edge("left", column, cell),
            "y": self.number("top") - 20 if row < 0 else self._edge("top", row, cell),
        }

    def _edge(self, side: str, place: float, cell: float) -> float:
        start = self.number("x" if side == "left" else "y")
        return self.number(side) + (place + 0.5 - start) * cell

    def bracket(self, row: float) -> dict[str, float]:
        """Pixel of the bracket and name of the group that a class is in."""
        return {"x": self.number("bracket") + 30, "y": self.place(row, 0)["y"]}

    def click(self, row: float, column: float, **options: object) -> None:
        self.canvas.click(position=self.place(row, column), **options)

    def hover(self, row: float, column: float) -> None:
        self.canvas.hover(position=self.place(row, column))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.drag_to(self.place(*start), self.place(*end))

    def on_page(self, position: dict[str, float]) -> tuple[float, float]:
        """A pixel of the canvas as pixel of the window."""
        box = self.canvas.bounding_box()
        assert box is not None
        return box["x"] + position["x"], box["y"] + position["y"]

    def drag_to(
        self, start: dict[str, float], end: dict[str, float] | Locator, *, release: bool = True
    ) -> None:
        """Drag from a pixel of the canvas to another, or onto the middle of an element."""
        self.canvas.scroll_into_view_if_needed()
        self.page.mouse.move(*self.on_page(start))
        self.page.mouse.down()
        if isinstance(end, Locator):
            box = end.bounding_box()
            assert box is not None
            self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
        else:
            self.page.mouse.move(*self.on_page(end), steps=6)
        if release:
            self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.canvas.press(key)

    def chip(self, name: str) -> Locator:
        """The chip of a group."""
        exactly = self.page.locator("b", has_text=re.compile(f"^{re.escape(name)}$"))
        return self.chips.filter(has=exactly)

    def item(self, name: str) -> Locator:
        """An item of the open menu."""
        return self.menu.get_by_role("menuitem", name=name)

    def open_menu(self, row: float, column: float) -> None:
        self.click(row, column, button="right")
        expect(self.menu).to_be_visible()

    def expect_events(self, *events: str) -> None:
        expect(self.page.get_by_text("events: ")).to_have_text(f"events: {' | '.join(events)}".strip())

    def expect_last_event(self, event: str) -> None:
        expect(self.page.get_by_text("events: ")).to_have_text(re.compile(rf"(: |\| ){re.escape(event)}$"))

    def events(self) -> list[str]:
        text = (self.page.get_by_text("events: ").text_content() or "").removeprefix("events: ")
        return text.split(" | ")

    def expect_groups(self, number: int) -> None:
        expect(self.page.get_by_text("groups: ", exact=False).first).to_have_text(f"groups: {number}")

    def expect_line(self, name: str, text: str) -> None:
        """One line of what became of the steps: members, locked, colors, problem."""
        expect(self.page.get_by_text(f"{name}: ")).to_have_text(f"{name}: {text}".strip())

    def places(self) -> list[int]:
        """Class index for each place."""
        return [int(index) for index in (self.canvas.get_attribute("data-order") or "").split()]

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


def open_editor(page: Page, harness: str, classes: int, **query: object) -> Editor:
    """Open the harness with so many classes."""
    page.goto(f"{harness}/?classes={classes}" + "".join(f"&{key}={value}" for key, value in query.items()))
    return Editor(page)

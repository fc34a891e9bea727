"""Measures clicks on the Regroup page in a real browser: from the mouse button to the redrawn page.

A dataset of painted noise and a run with planted confusions are made; the dashboard is started by its
command. Used by ``bench_click.py``; while a training runs the same ``measure_clicks`` is called again.
``bench_pan.py`` opens the same page.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from playwright.sync_api import Browser, Locator, Page

from core.datasets.dataset import Dataset
from core.datasets.store import prepare_builtins, save_dataset
from core.predictions import Predictions, save_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.workspace import Workspace, open_workspace

SIZES = {  # classes -> images a class of each split, and their side in pixels
    73: ({"train": 20, "val": 100, "test": 10}, 64),
    1000: ({"train": 2, "val": 50, "test": 2}, 16),
    3000: ({"train": 2, "val": 10, "test": 2}, 16),
}
CLICKED_CELL = 12  # pixels, at least, of a cell that is clicked
REST_S = 60  # at most, until the machine rests
QUIET_PERCENT = 15  # of all cores: what a resting browser and server use
CHUNK = 5000  # images whose probabilities are made at a time

# Resolves with the milliseconds from the next press of a button to the frame that shows all of `texts` and
# the matrix as Python sent it in answer.
WATCH = """
(texts) => {
  const canvas = () => document.querySelector(".stBidiComponent [data-testid=stBidiComponentIsolated]")
    .shadowRoot.querySelector("canvas.overlay");
  const before = Number(canvas().dataset.answers);
  let start = null;
  document.addEventListener("click", (event) => { start = event.timeStamp; }, { once: true, capture: true });
  window.measured = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`30 s after a click there was no ${texts.join("; ")}`)), 30000);
    const look = () => {
      if (start !== null && Number(canvas().dataset.answers) > before) {
        const shown = document.querySelector("[data-testid=stMain]").textContent;
        if (texts.every((text) => shown.includes(text))) {
          setTimeout(() => resolve(performance.now() - start)); // runs when this frame has been painted
          return;
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
"""


def make_workspace(home: Path, num_classes: int) -> tuple[Workspace, Run]:
    """Make a dataset ``bench`` and a finished run on it in which classes 2k and 2k + 1 are confused."""
    random = np.random.default_rng(0)
    workspace = open_workspace(home)
    prepare_builtins(workspace)  # who has a run has them: making them takes a fresh server some seconds
    images_a_class, side = SIZES[num_classes]
    names = tuple(f"class {index:03d}" for index in range(num_classes))
    splits = [split for split, count in images_a_class.items() for _ in range(count)] * num_classes
    labels = np.repeat(np.arange(num_classes), sum(images_a_class.values()))
    count = len(labels)
    table = pd.DataFrame(
        {
            "path": None,
            "position": np.arange(count),
            "label": labels,
            "split": splits,
            "group": None,
            "width": side,
            "height": side,
            "mode": "RGB",
            "sha1": [str(n) for n in range(count)],
            "excluded": False,
            "reason": None,
        }
    )
    pictures = random.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    dataset = save_dataset(workspace, Dataset("bench", "Noise for a benchmark.", names, table), pictures)
    run = create_run(workspace, RunConfig.make(dataset="bench", model="small_cnn", image_size=32))
    for split in ("val", "test"):
        ids = dataset.sample_ids(split)
        y_true = dataset.labels(ids)
        probs = _make_probs(random, y_true, num_classes)
        save_predictions(run.predictions_path(split), Predictions(split, names, y_true, probs, ids))
    run.update_status(state=State.DONE, epoch=1, best_epoch=1, started=time.time(), finished=time.time())
    return workspace, run


def _make_probs(random: np.random.Generator, y_true: np.ndarray, num_classes: int) -> np.ndarray:
    """Three of ten images go to the partner class, one anywhere; shape ``(num_samples, num_classes)``."""
    partner = np.minimum(y_true ^ 1, num_classes - 1)
    guess = np.where(random.random(len(y_true)) < 0.3, partner, y_true)
    stray = random.random(len(y_true)) < 0.1
    guess[stray] = random.integers(0, num_classes, stray.sum())
    probs = np.empty((len(y_true), num_classes), np.float32)
    for start in range(0, len(y_true), CHUNK):
        part = slice(start, start + CHUNK)
        chunk = random.random((len(y_true[part]), num_classes), dtype=np.float32)
        chunk /= num_classes  # the others together weigh half as much as the guess
        chunk[np.arange(len(chunk)), guess[part]] += 1
        probs[part] = chunk / chunk.sum(axis=1, keepdims=True)
    return probs


def open_regroup(browser: Browser, url: str, run_id: str) -> Page:
    """Open the Regroup page of a run of dataset ``bench`` and wait until it stands still.

    Moving pictures are switched off: a movement is meant to take its time.
    """
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.goto(f"{url}/regroup?dataset=bench&run={run_id}")
    page.locator("canvas.overlay[data-answers]").wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    return page


def first_drawing_ms(browser: Browser, url: str, run_id: str) -> float:
    """Milliseconds from the address being entered to the matrix being painted."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{url}/regroup?dataset=bench&run={run_id}", wait_until="commit")
    page.locator("canvas.overlay[data-answers]").wait_for(timeout=120_000, state="attached")
    passed = float(page.evaluate("performance.now()"))
    page.close()
    return passed


def wait_for_rest() -> None:
    """Wait until the machine rests: a new server's spare worker imports TensorFlow for some seconds."""
    deadline = time.monotonic() + REST_S
    num_quiet = 0
    while num_quiet < 3 and time.monotonic() < deadline:
        num_quiet = num_quiet + 1 if psutil.cpu_percent(1) < QUIET_PERCENT else 0


def measure_clicks(page: Page, num_rounds: int, num_classes: int) -> dict[str, list[float]]:
    """Return milliseconds a click, by kind: ``cell`` (another pair is chosen), ``merge`` and ``undo``."""
    all_alone = f"{num_classes:,} classes → {num_classes:,} groups"
    times: dict[str, list[float]] = {"cell": [], "merge": [], "undo": []}
    for number in range(num_rounds):
        first = 4 * number % (num_classes - num_classes % 4)
        second = first + 1
        names = [f"class {index:03d}" for index in (first, second)]
        times["cell"].append(_click_cell(page, first, second, [f"{names[0]} seen as {names[1]}"]))
        page.wait_for_timeout(150)
        fewer = f"{num_classes:,} classes → {num_classes - 1:,} groups"
        times["merge"].append(_click_button(page, "Merge", [fewer]))
        page.wait_for_timeout(150)
        times["undo"].append(_click_button(page, "Undo", [all_alone]))
        page.wait_for_timeout(150)
    page.mouse.move(2, 2)
    return times


def _click_cell(page: Page, row: int, column: int, texts: list[str]) -> float:
    canvas = page.locator("canvas.overlay")
    canvas.scroll_into_view_if_needed()
    show_cell(page, row, column)
    x, y = _pixel_of(_drawn(canvas), row, column)
    box = canvas.bounding_box()
    assert box is not None
    page.evaluate(WATCH, texts)
    page.mouse.click(box["x"] + x, box["y"] + y)
    return float(page.evaluate("window.measured"))


def show_cell(page: Page, row: int, column: int) -> None:
    """Zoom in with Ctrl and the wheel until a cell is large enough to be clicked."""
    canvas = page.locator("canvas.overlay")
    drawn = _drawn(canvas)
    if float(drawn["plot"]) / len(drawn["order"].split()) >= CLICKED_CELL / 2:
        return
    page.get_by_role("button", name="Show all").click()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    while float((drawn := _drawn(canvas))["cell"]) < CLICKED_CELL:
        x, y = _pixel_of(drawn, row, column)
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -150)
        page.keyboard.up("Control")
        page.wait_for_timeout(60)


def _drawn(canvas: Locator) -> dict[str, str]:
    """What the canvas tells of its layout: sizes and places as text."""
    return dict(canvas.evaluate("canvas => ({...canvas.dataset})"))


def _pixel_of(drawn: dict[str, str], row: int, column: int) -> tuple[float, float]:
    order = [int(index) for index in drawn["order"].split()]
    cell, left, top, x, y = (float(drawn[name]) for name in ("cell", "left", "top", "x", "y"))
    return left + (order.index(column) + 0.5 - x) * cell, top + (order.index(row) + 0.5 - y) * cell


def _click_button(page: Page, name: str, texts: list[str]) -> float:
    button = page.get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    page.evaluate(WATCH, texts)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return float(page.evaluate("window.measured"))

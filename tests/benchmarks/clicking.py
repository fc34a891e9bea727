"""Measures clicks on the Regroup page in a real browser: from the mouse button to the redrawn page.

A dataset of painted noise and a run with planted confusions are made; the dashboard is started by its
command. Used by ``bench_click.py``; while a training runs the same ``measure_clicks`` is called again.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page

from core.datasets.dataset import Dataset
from core.datasets.store import save_dataset
from core.predictions import Predictions, save_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.workspace import Workspace, open_workspace

IMAGES_A_CLASS = {"train": 20, "val": 30, "test": 10}
IMAGE_SIDE = 64  # pixels

# Resolves with the milliseconds from the next press of a button to the frame that shows all of `texts` and
# the matrix as Python sent it in answer.
WATCH = """
(texts) => {
  const canvas = () => document.querySelector(".stBidiComponent [data-testid=stBidiComponentIsolated]")
    .shadowRoot.querySelector("canvas.overlay");
  const before = Number(canvas().dataset.answers);
  let start = null;
  document.addEventListener("click", (event) => { start = event.timeStamp; }, { once: true, capture: true });
  window.measured = new Promise((resolve) => {
    const look = () => {
      if (start !== null && Number(canvas().dataset.answers) > before) {
        const shown = document.querySelector("[data-testid=stMain]").textContent;
        if (texts.every((text) => shown.includes(text))) {
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
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
    names = tuple(f"class {index:03d}" for index in range(num_classes))
    splits = [split for split, count in IMAGES_A_CLASS.items() for _ in range(count)] * num_classes
    labels = np.repeat(np.arange(num_classes), sum(IMAGES_A_CLASS.values()))
    count = len(labels)
    table = pd.DataFrame(
        {
            "path": None,
            "position": np.arange(count),
            "label": labels,
            "split": splits,
            "group": None,
            "width": IMAGE_SIDE,
            "height": IMAGE_SIDE,
            "mode": "RGB",
            "sha1": [str(n) for n in range(count)],
            "excluded": False,
            "reason": None,
        }
    )
    pictures = random.integers(0, 256, (count, IMAGE_SIDE, IMAGE_SIDE, 3), dtype=np.uint8)
    dataset = save_dataset(workspace, Dataset("bench", "Noise for a benchmark.", names, table), pictures)
    run = create_run(workspace, RunConfig.make(dataset="bench", model="small_cnn", image_size=32))
    for split in ("val", "test"):
        ids = dataset.sample_ids(split)
        y_true = dataset.labels(ids)
        partner = np.minimum(y_true ^ 1, num_classes - 1)
        guess = np.where(random.random(len(ids)) < 0.3, partner, y_true)
        stray = random.random(len(ids)) < 0.1
        guess[stray] = random.integers(0, num_classes, stray.sum())
        probs = random.random((len(ids), num_classes)) * 0.1
        probs[np.arange(len(ids)), guess] += 1
        probs = (probs / probs.sum(axis=1, keepdims=True)).astype(np.float32)
        save_predictions(run.predictions_path(split), Predictions(split, names, y_true, probs, ids))
    run.update_status(state=State.DONE, epoch=1, best_epoch=1, started=time.time(), finished=time.time())
    return workspace, run


def open_regroup(browser: Browser, url: str, run_id: str) -> Page:
    """Open the Regroup page of a run of dataset ``bench`` and wait until it stands still."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{url}/regroup?dataset=bench&run={run_id}")
    page.locator("canvas.overlay").wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    return page


def measure_clicks(page: Page, num_rounds: int, num_classes: int) -> dict[str, list[float]]:
    """Return milliseconds a click, by kind: ``cell`` (another pair is chosen), ``merge`` and ``undo``."""
    canvas = page.locator("canvas.overlay")
    times: dict[str, list[float]] = {"cell": [], "merge": [], "undo": []}
    for number in range(num_rounds):
        first = 4 * number % (num_classes - num_classes % 4)
        second = first + 1
        names = [f"class {index:03d}" for index in (first, second)]
        times["cell"].append(_click_cell(page, first, second, [f"{names[0]} taken for {names[1]}"]))
        page.wait_for_timeout(150)
        fewer = f"{num_classes} classes → {num_classes - 1} groups"
        times["merge"].append(_click_button(page, "Merge", [fewer]))
        page.wait_for_timeout(150)
        times["undo"].append(_click_button(page, "Undo", [f"{num_classes} classes → {num_classes} groups"]))
        page.wait_for_timeout(150)
    canvas.hover(position={"x": 5, "y": 5})
    return times


def _click_cell(page: Page, row: int, column: int, texts: list[str]) -> float:
    canvas = page.locator("canvas.overlay")
    drawn = canvas.evaluate("canvas => ({...canvas.dataset})")
    order = [int(index) for index in drawn["order"].split()]
    cell = float(drawn["cell"])
    x = float(drawn["left"]) + (order.index(column) + 0.5) * cell
    y = float(drawn["top"]) + (order.index(row) + 0.5) * cell
    box = canvas.bounding_box()
    assert box is not None
    page.evaluate(WATCH, texts)
    page.mouse.click(box["x"] + x, box["y"] + y)
    return float(page.evaluate("window.measured"))


def _click_button(page: Page, name: str, texts: list[str]) -> float:
    button = page.get_by_role("button", name=name, exact=True)
    box = button.bounding_box()
    assert box is not None
    page.evaluate(WATCH, texts)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return float(page.evaluate("window.measured"))

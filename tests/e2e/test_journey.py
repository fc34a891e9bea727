"""The whole loop as a student goes it, in a real browser on a fresh workspace, with checked numbers."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Page, expect
from serving import ROOT, Server, press_button, wait_until
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from core.predictions import Predictions, load_predictions
from core.runs.image_size import ImageSize
from core.runs.run import Run, State

TRAINING_MS = 240_000  # a training may take this long on a busy machine
pytestmark = pytest.mark.timeout(900)


def go(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def start_training(
    page: Page,
    server: Server,
    home: Path,
    *,
    epochs: int,
    dataset: str = "shapes",
    image_size: int | None = None,
) -> Run:
    page.goto(f"{server.url}/train?dataset={dataset}")
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    if image_size is not None:
        set_number(page, "Image size (pixels)", image_size)
        expect(page.get_by_text(f"at {ImageSize(image_size, image_size).words} pixels")).to_be_visible()
    set_number(page, "Epochs", epochs)
    expect(page.get_by_text(f"{epochs} times")).to_be_visible()
    press_button(page, "Train")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("run=small_cnn-1"))
    return Run(home / "runs" / "small_cnn-1")


def worker_of(run: Run) -> psutil.Process:
    """The process that holds the run's lock file open."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "core.training.worker" in process.cmdline() and str(run.lock_path) in {
                file.path for file in process.open_files()
            }:
                return process
    raise AssertionError(f"no worker holds {run.lock_path}")


def click_cell(page: Page, predictions: Predictions, true: str, predicted: str) -> None:
    canvas = page.locator("canvas.overlay")
    drawn = canvas.evaluate("canvas => ({...canvas.dataset})")
    order = [int(index) for index in drawn["order"].split()]
    row, column = (order.index(predictions.class_names.index(name)) for name in (true, predicted))
    cell = float(drawn["cell"])
    canvas.click(
        position={
            "x": float(drawn["left"]) + (column + 0.5) * cell,
            "y": float(drawn["top"]) + (row + 0.5) * cell,
        }
    )


def merged_share(predictions: Predictions, groups: list[tuple[str, str]]) -> float:
    """Accuracy by merged labels, from scikit-learn."""
    group = np.arange(predictions.num_classes)
    for first, second in groups:
        one, other = (predictions.class_names.index(name) for name in (first, second))
        group[group == group[other]] = group[one]
    return float(accuracy_score(group[predictions.y_true], group[predictions.y_pred]))


def merged_accuracy(predictions: Predictions, groups: list[tuple[str, str]]) -> str:
    """The same with the three digits of the page."""
    return f"{merged_share(predictions, groups):.3f}"


def expect_score(page: Page, row: str, number: str, split: str = "validation") -> None:
    """The card "This grouping" comes to show a figure; it is drawn a moment after the headline."""
    cells = page.locator("table.regroup-scores tr", has_text=row).locator("td")
    expect(cells.nth(1 if split == "validation" else 2)).to_contain_text(number)


def worst_pairs(predictions: Predictions) -> list[tuple[str, str]]:
    """The two most confused pairs without a class in common."""
    counts = np.zeros((predictions.num_classes,) * 2, int)
    np.add.at(counts, (predictions.y_true, predictions.y_pred), 1)
    both = np.triu(counts + counts.T, 1)
    first = np.unravel_index(both.argmax(), both.shape)
    both[list(first)] = 0
    both[:, list(first)] = 0
    second = np.unravel_index(both.argmax(), both.shape)
    return [(predictions.class_names[i], predictions.class_names[j]) for i, j in (first, second)]


def test_the_whole_loop_on_shapes(page: Page, start_server: Callable[..., Server], home_dir: Path) -> None:
    server = start_server(fresh=True)
    page.goto(server.url)
    expect(page.get_by_text("20 : 1")).to_be_visible()
    expect(page.get_by_text("Try the loop: train a small network")).to_be_visible()

    full = start_training(page, server, home_dir, epochs=6, image_size=32)
    wait_until(lambda: full.status.epoch >= 1)
    page.reload()
    expect(page.get_by_text(re.compile(r"epoch [2-6] of 6|Measuring the best epoch")).first).to_be_visible()
    press_after(page, "See what it confuses")

    val = load_predictions(full.predictions_path("val"))
    expect(page.get_by_text(f"{accuracy_score(val.y_true, val.y_pred):.1%}", exact=True)).to_be_visible()
    balanced = balanced_accuracy_score(val.y_true, val.y_pred)
    expect(page.get_by_text(f"{balanced:.1%}", exact=True)).to_be_visible()
    macro = f1_score(val.y_true, val.y_pred, average="macro", zero_division=0)
    expect(page.get_by_text(f"{macro:.3f}", exact=True).first).to_be_visible()

    press_button(page, "Group the confused classes")
    expect(page.get_by_text("12 classes → 12 groups")).to_be_visible()
    expect_score(page, "before", merged_accuracy(val, []))
    expect_score(page, "before", "covered", "test")
    first, second = worst_pairs(val)
    click_cell(page, val, *first)
    expect(page.locator("p", has_text=f"{first[0]} taken for {first[1]}:")).to_be_visible()
    press_button(page, "Merge")
    expect(page.get_by_text("12 classes → 11 groups")).to_be_visible()
    expect_score(page, "merged labels", merged_accuracy(val, [first]))
    click_cell(page, val, *second)
    expect(page.locator("p", has_text=f"{second[0]} taken for {second[1]}:")).to_be_visible()
    press_button(page, "Merge")
    expect(page.get_by_text("12 classes → 10 groups")).to_be_visible()
    expect_score(page, "merged labels", merged_accuracy(val, [first, second]))
    press_button(page, "Undo")
    expect(page.get_by_text("12 classes → 11 groups")).to_be_visible()
    expect_score(page, "merged labels", merged_accuracy(val, [first]))
    press_button(page, "Redo")
    expect(page.get_by_text("12 classes → 10 groups")).to_be_visible()
    press_button(page, "Command")
    expect(page.get_by_test_id("stCode").filter(has_text="--groups 10")).to_be_visible()

    page.reload()
    expect(page.get_by_text("12 classes → 10 groups")).to_be_visible()
    press_button(page, "Save")
    page.get_by_role("button", name="Save grouping", exact=True).click()
    expect(page.get_by_text("Saved as 10 groups: frozen")).to_be_visible()
    test = load_predictions(full.predictions_path("test"))
    expect_score(page, "merged labels", merged_accuracy(test, [first, second]), "test")

    page.keyboard.press("Escape")
    press_button(page, "Train")
    seeds = page.get_by_role("spinbutton", name="Training seeds")
    seeds.fill("1")
    seeds.press("Enter")
    expect(page.get_by_text("Seed 0, all else as in small_cnn-1, whose seed is 0.")).to_be_visible()
    page.get_by_role("button", name="Train on these groups", exact=True).click()
    expect(page).to_have_url(re.compile("run=small_cnn-2"))
    retrained = Run(home_dir / "runs" / "small_cnn-2")
    expect(page.get_by_role("button", name="See what it confuses")).to_be_visible(timeout=TRAINING_MS)
    assert full.config.image_size == (32, 32)
    assert retrained.config.groups is not None
    assert retrained.config.model_copy(update={"grouping": None, "groups": None}) == full.config
    coarse = load_predictions(retrained.predictions_path("test"))
    assert coarse.num_classes == 10
    assert coarse.sample_ids.tolist() == test.sample_ids.tolist()

    page.goto(f"{server.url}/compare?run={full.id}")
    expect(page.get_by_text(re.compile("retrained", re.IGNORECASE)).first).to_be_visible()
    expect(page.get_by_test_id("stAlert").first).to_contain_text("test images")
    answer = page.get_by_test_id("stMain").inner_text()
    before, merged = (merged_share(test, groups) for groups in ([], [first, second]))
    assert f"from {before:.1%} (12 classes) to {merged:.1%} (10 groups)" in answer
    points = abs(accuracy_score(coarse.y_true, coarse.y_pred) - merged) * 100
    assert f"{points:.1f} point" in answer or "equally" in answer, answer

    press_button(page, "What does it look at?")
    expect(page.get_by_role("heading", name="Look inside", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Where it looks")).to_be_visible()
    panel = page.get_by_role("tabpanel").first
    expect(panel.locator("img").first).to_be_visible(timeout=90_000)


def press_after(page: Page, name: str) -> None:
    """Press a button that a training brings along when it is done."""
    button = page.get_by_test_id("stMain").get_by_role("button", name=name)
    expect(button).to_be_visible(timeout=TRAINING_MS)
    button.click()


def test_a_killed_worker_is_interrupted_and_resumes_and_a_killed_server_loses_nothing(
    page: Page, start_server: Callable[..., Server], home_dir: Path
) -> None:
    server = start_server(fresh=True)
    run = start_training(page, server, home_dir, epochs=6, dataset="digits")
    wait_until(lambda: run.status.epoch >= 1)
    worker_of(run).kill()
    expect(page.get_by_text("Interrupted").first).to_be_visible()
    before = run.history
    assert run.status.state is State.INTERRUPTED

    press_button(page, "Resume")
    expect(page.get_by_text("Training").first).to_be_visible()
    wait_until(lambda: run.status.epoch > len(before))
    assert np.allclose(run.history["loss"][: len(before)], before["loss"])

    worker = worker_of(run)
    os.utime(ROOT / "app" / "main.py")  # as if a source file were edited
    server.kill()
    assert worker.is_running()
    again = start_server(fresh=True)
    page.goto(f"{again.url}/runs?run={run.id}")
    expect(page.get_by_role("button", name="See what it confuses")).to_be_visible(timeout=TRAINING_MS)
    assert run.history["epoch"].tolist() == [1, 2, 3, 4, 5, 6]


def test_two_browsers_see_the_same_run_and_cancelling_in_one_shows_in_the_other(
    page: Page, start_server: Callable[..., Server], home_dir: Path
) -> None:
    server = start_server(fresh=True)
    run = start_training(page, server, home_dir, epochs=200, dataset="digits")
    wait_until(lambda: run.status.epoch >= 1)
    other = page.context.browser.new_context().new_page()
    other.goto(f"{server.url}/runs?run={run.id}")
    expect(other.get_by_text(re.compile(r"epoch \d+ of 200")).first).to_be_visible()
    press_button(other, "Cancel")
    expect(page.get_by_text("Cancelled").first).to_be_visible()
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    other.context.close()
    assert run.status.state is State.CANCELLED
    assert not (Path(run.directory) / "cancel").exists() or not run.is_alive()

"""Accuracy over depth, from planted runs, against calculations by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.predictions import load_predictions, save_predictions
from core.regrouping.duel.depth import compare_depths, depth_of, has_depths
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping
from core.runs.run import Run
from core.workspace import Workspace

PAIRS = Grouping.from_assignment("0123456789", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
NETWORK = {"model": "mobilenet", "weights": "imagenet"}


@pytest.fixture
def make(home: Workspace, finish_run: Callable[..., Run]) -> Callable[..., Run]:
    return lambda **settings: finish_run(home, **{**NETWORK, **settings})


def accuracy(run: Run, split: str = "val") -> float:
    predictions = load_predictions(run.predictions_path(split))
    return float(np.mean(predictions.y_pred == predictions.y_true))


def test_each_depth_has_the_mean_of_its_seeds(home: Workspace, make: Callable[..., Run]) -> None:
    frozen, other = make(), make(cut=0, seed=1)  # an empty cut trains nothing but the head
    deeper = make(cut=3, seed=2)
    grouped = make(cut=3, groups=PAIRS.to_mapping(), seed=2)
    make(cut=1, epochs=99)
    table = compare_depths(home, frozen, PAIRS)
    points = {(point.way, point.depth): point for point in table.points}
    assert set(points) == {
        *((way, depth) for way in ("full", "full then merged", "full summed") for depth in (0, 3)),
        ("retrained", 3),
    }
    assert points["full", 0].accuracy == pytest.approx((accuracy(frozen) + accuracy(other)) / 2)
    spread = np.std([accuracy(frozen), accuracy(other)], ddof=1)
    assert points["full", 0].accuracy_sd == pytest.approx(spread)
    assert points["full", 0].runs == (frozen.id, other.id)
    assert points["retrained", 3].accuracy == pytest.approx(accuracy(grouped))
    scored = score_grouping(load_predictions(deeper.predictions_path("val")), PAIRS)
    assert points["full then merged", 3].accuracy == pytest.approx(scored.accuracy_merged)
    assert points["full summed", 3].accuracy == pytest.approx(scored.accuracy_summed)
    assert points["full summed", 3].accuracy_sd is None
    assert (points["full", 3].num_classes, points["retrained", 3].num_classes) == (10, 5)
    assert table.best("retrained") == points["retrained", 3]
    assert table.best("nobody") is None


def test_missing_depths_are_named_for_both_kinds(home: Workspace, make: Callable[..., Run]) -> None:
    full = make()
    make(cut=2, groups=PAIRS.to_mapping())
    table = compare_depths(home, full, PAIRS)
    assert (table.num_blocks, table.split) == (14, "val")
    assert table.missing_full == tuple(range(1, 15))
    assert table.missing_grouped == (0, 1, *range(3, 15))
    assert table.num_samples == len(load_predictions(full.predictions_path("val")).y_true)


def test_the_split_that_is_asked_for_is_measured(home: Workspace, make: Callable[..., Run]) -> None:
    full = make()
    point = compare_depths(home, full, PAIRS, split="test").points[0]
    assert point.accuracy == pytest.approx(accuracy(full, "test"))


def test_a_run_whose_training_diverged_is_left_out_and_told(
    home: Workspace, make: Callable[..., Run]
) -> None:
    full, diverged = make(), make(cut=1)
    path = diverged.predictions_path("val")
    found = load_predictions(path)
    save_predictions(path, replace(found, probs=np.full_like(found.probs, np.nan)))
    table = compare_depths(home, full, PAIRS)
    assert {point.depth for point in table.points} == {0}
    assert diverged.id in table.problems[0]


def test_runs_without_predictions_are_left_out_and_told(home: Workspace, make: Callable[..., Run]) -> None:
    full, broken = make(), make(cut=1)
    broken.predictions_path("val").unlink()
    table = compare_depths(home, full, PAIRS)
    assert {point.depth for point in table.points} == {0}
    assert f"{broken.id} is left out: There are no predictions" in table.problems[0]


def test_networks_that_start_at_random_have_no_depths(make: Callable[..., Run]) -> None:
    assert has_depths(make())
    assert depth_of(make(cut=4)) == 4
    assert not has_depths(make(model="lenet"))
    assert not has_depths(make(weights="none"))

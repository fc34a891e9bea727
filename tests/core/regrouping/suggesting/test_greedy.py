"""Every step of the greedy search is the best of all: each pair is tried out with independent references."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, mutual_info_score

from core.predictions import Predictions
from core.regrouping.suggesting.path import MergePath, path
from core.regrouping.suggesting.settings import SearchSettings


def predictions_of(seed: int, num_classes: int, num_samples: int = 60) -> Predictions:
    rng = np.random.default_rng(seed)
    y_true = np.concatenate([np.arange(num_classes), rng.integers(num_classes, size=num_samples)])
    logits = rng.normal(size=(len(y_true), num_classes))
    logits[np.arange(len(y_true)), y_true] += 0.8
    probs = np.exp(2 * logits)
    probs = (probs / probs.sum(axis=1, keepdims=True)).astype(np.float32)
    names = tuple(f"class {k}" for k in range(num_classes))
    return Predictions("val", names, y_true, probs, np.arange(len(y_true)))


def goal_of(predictions: Predictions, group: np.ndarray, goal: str) -> float:
    group = np.unique(group, return_inverse=True)[1]
    true, predicted = group[predictions.y_true], group[predictions.y_pred]
    if goal == "bits":
        return mutual_info_score(true, predicted) / np.log(2)
    if goal == "macro_f1":
        return f1_score(true, predicted, average="macro")
    sums = predictions.probs.astype(np.float64) @ np.eye(group.max() + 1)[group]
    return float(np.mean(sums.argmax(axis=1) == true))


def check_steps(predictions: Predictions, found: MergePath, goal: str) -> None:
    for num_groups in range(found.most, found.fewest, -1):
        before = found.assignment(num_groups)
        cap = max(-(-len(before) // (num_groups - 1)), len(before) // 3)
        cap = min(cap, -(-6 * len(before) // (num_groups - 1)))
        results = []
        for a, b in combinations(range(num_groups), 2):
            if np.isin(before, [a, b]).sum() <= cap:
                results.append(goal_of(predictions, np.where(before == b, a, before), goal))
        if results:
            after = goal_of(predictions, found.assignment(num_groups - 1), goal)
            assert after == pytest.approx(max(results), abs=1e-6)


@pytest.mark.parametrize("goal", ["summed", "bits", "macro_f1"])
@given(seed=st.integers(0, 10_000), num_classes=st.integers(3, 9))
@settings(max_examples=8, deadline=None)
def test_each_merge_is_the_best_of_all_pairs(goal, seed, num_classes):
    predictions = predictions_of(seed, num_classes)
    found = path(predictions, SearchSettings(method="greedy", goal=goal, num_groups=2))
    assert (found.most, found.fewest) == (num_classes, 2)
    check_steps(predictions, found, goal)


@pytest.mark.parametrize("goal", ["summed", "bits", "macro_f1"])
def test_predictions_that_are_certain_and_right_or_wrong_are_no_trouble(goal):
    y_true = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3])
    y_pred = np.array([0, 1, 1, 1, 0, 2, 3, 3, 3])
    predictions = Predictions("val", tuple("abcd"), y_true, np.eye(4, dtype=np.float32)[y_pred], np.arange(9))
    found = path(predictions, SearchSettings(method="greedy", goal=goal, num_groups=2))
    assert found.grouping(2).assignment == (0, 0, 1, 1)


def test_with_many_classes_the_largest_probabilities_suffice():
    rng = np.random.default_rng(0)
    y_true = np.repeat(np.arange(60), 20)
    probs = rng.dirichlet(np.full(60, 0.01), len(y_true))
    partner = y_true ^ 1
    probs = 0.2 * probs
    share = rng.uniform(0.2, 0.6, len(y_true))
    probs[np.arange(len(y_true)), y_true] += share
    probs[np.arange(len(y_true)), partner] += 0.8 - share
    predictions = Predictions(
        "val", tuple(map(str, range(60))), y_true, probs.astype(np.float32), np.arange(len(y_true))
    )
    found = path(predictions, SearchSettings(method="greedy", num_groups=2)).assignment(30)
    assert np.array_equal(found, np.arange(60) // 2)

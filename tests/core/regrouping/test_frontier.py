from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.frontier import FrontierPoint, compute_frontier, find_knee, sample_numbers, score_point
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.random_groupings import mean_random_accuracy, random_accuracies
from core.regrouping.scoring.scorer import Scorer
from core.regrouping.suggesting.path import path
from core.regrouping.suggesting.settings import SearchSettings


def planted(num_classes: int = 8, num_samples: int = 400, seed: int = 0) -> Predictions:
    """Classes 0 and 1, 2 and 3 ... are taken for each other, and a few for any."""
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, num_classes, num_samples)
    guess = np.where(rng.random(num_samples) < 0.4, y_true ^ 1, y_true)
    guess = np.where(rng.random(num_samples) < 0.05, rng.integers(0, num_classes, num_samples), guess)
    probs = rng.dirichlet(np.ones(num_classes), num_samples).astype(np.float32)
    probs[np.arange(num_samples), guess] += 1
    probs /= probs.sum(axis=1, keepdims=True)
    names = tuple(f"class {k}" for k in range(num_classes))
    return Predictions("val", names, y_true, probs, np.arange(num_samples))


def frontier_of(predictions: Predictions, **options: int) -> list[FrontierPoint]:
    steps = path(predictions, SearchSettings(num_groups=2))
    return compute_frontier(Scorer(predictions), steps, **options)


def test_every_measure_of_a_point_equals_scikit_learn_on_mapped_labels():
    predictions = planted()
    grouping = Grouping.from_assignment(predictions.class_names, [0, 0, 1, 1, 2, 3, 3, 3])
    point = score_point(Scorer(predictions), grouping)
    groups = grouping.group_of_class
    y_true, y_pred = groups[predictions.y_true], groups[predictions.y_pred]
    summed = predictions.probs.astype(float) @ np.eye(4)[groups]
    assert point.num_groups == 4
    assert point.accuracy_merged == pytest.approx(metrics.accuracy_score(y_true, y_pred))
    assert point.accuracy_summed == pytest.approx(metrics.accuracy_score(y_true, summed.argmax(axis=1)))
    assert point.macro_f1 == pytest.approx(metrics.f1_score(y_true, y_pred, average="macro"))
    assert point.kappa == pytest.approx(metrics.cohen_kappa_score(y_true, y_pred))
    # Miller and Madow: (cells - rows - columns + 1) / (2 n ln 2) bits too many.
    cells = np.count_nonzero(metrics.confusion_matrix(y_true, y_pred))
    too_many = (cells - 4 - 4 + 1) / (2 * predictions.num_samples)
    assert point.bits_kept == pytest.approx(
        (metrics.mutual_info_score(y_true, y_pred) - too_many) / np.log(2)
    )


def test_the_band_is_that_of_random_groupings_of_the_same_sizes():
    scorer = Scorer(planted())
    grouping = Grouping.from_assignment(scorer.predictions.class_names, [0, 0, 1, 1, 2, 3, 3, 3])
    point = score_point(scorer, grouping, num_random=300)
    drawn = random_accuracies(scorer.counts, grouping, num_random=300)
    assert point.random_mean == mean_random_accuracy(scorer.counts, grouping)
    assert (point.random_low, point.random_high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))


def test_the_frontier_goes_from_all_classes_to_two_groups_and_finds_the_planted_pairs():
    points = frontier_of(planted())
    assert [point.num_groups for point in points] == [8, 7, 6, 5, 4, 3, 2]
    assert points[0].accuracy_merged == points[0].random_mean == points[0].accuracy_summed
    knee = find_knee(points)
    assert knee is not None
    assert points[knee].num_groups == 4


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 100), st.integers(3, 8))
def test_along_the_path_accuracy_never_falls_and_bits_never_rise(seed, num_classes):
    points = frontier_of(planted(num_classes // 2 * 2, 60, seed), num_random=5)
    merged = np.array([point.accuracy_merged for point in points])
    bits = np.array([point.bits_kept for point in points])
    assert (np.diff(merged) >= 0).all()
    assert (np.diff(bits) <= 0).all()


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 3000), st.integers(2, 150))
def test_numbers_of_groups_are_those_asked_for(fewest, more, max_points):
    most = fewest + more
    numbers = sample_numbers(fewest, most, max_points)
    assert len(numbers) == min(max_points, more + 1)
    assert (numbers[0], numbers[-1]) == (most, fewest)
    assert (np.diff(numbers) < 0).all()


def test_progress_is_told_to_the_end():
    merged: list[tuple[int, int]] = []
    told: list[tuple[int, int]] = []
    predictions = planted(4)
    settings = SearchSettings(num_groups=2)
    steps = path(predictions, settings, progress=lambda *done: merged.append(done))
    compute_frontier(Scorer(predictions), steps, progress=lambda *done: told.append(done))
    assert merged == [(1, 2), (2, 2)]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_few_points_are_scored_as_the_same_points_of_many_are():
    predictions = planted(8)
    every = {point.num_groups: point for point in frontier_of(predictions)}
    few = frontier_of(predictions, max_points=3)
    assert [point.num_groups for point in few] == [8, 4, 2]
    for point in few:
        assert point.accuracy_summed == every[point.num_groups].accuracy_summed
        assert point.kappa == every[point.num_groups].kappa


def test_the_knee_is_where_gain_is_farthest_above_cost():
    def point(gain: float, bits: float) -> FrontierPoint:
        return FrontierPoint(2, 0.5 + gain, 0.5, 0.5, 0.5, bits, 0.5, 0.5, 0.5)

    by_hand = [point(0, 4), point(0.2, 3.8), point(0.3, 3.5), point(0.35, 2), point(0.4, 0)]
    # As shares: gain 0, 0.5, 0.75, 0.875, 1; cost 0, 0.05, 0.125, 0.5, 1.
    assert find_knee(by_hand) == 2
    assert find_knee([replace(one, accuracy_merged=0.5) for one in by_hand]) is None
    assert find_knee([point(0, 1), point(0.1, 1)]) == 1


def test_a_split_without_images_and_other_classes_are_refused():
    scorer = Scorer(planted())
    with pytest.raises(GroupingError, match="choose a run"):
        score_point(scorer, Grouping.identity(["cat", "dog"]))
    empty = Predictions("val", ("a", "b"), np.zeros(0, int), np.zeros((0, 2), np.float32), np.zeros(0, int))
    with pytest.raises(PredictionsError, match="choose another split"):
        score_point(Scorer(empty), Grouping.identity("ab"))

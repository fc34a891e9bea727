import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts
from core.regrouping.scoring.score import score_grouping
from core.regrouping.scoring.scorer import Scorer


def random_predictions(num_classes: int, num_samples: int = 80, seed: int = 0) -> Predictions:
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, num_classes, num_samples)
    probs = rng.dirichlet(np.ones(num_classes), num_samples).astype(np.float32)
    probs[np.arange(num_samples), y_true] += 0.2
    names = tuple(f"class {k}" for k in range(num_classes))
    return Predictions("val", names, y_true, probs, np.arange(num_samples))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=3, max_size=9), st.integers(0, 5))
def test_both_scores_equal_those_of_scikit_learn_on_mapped_labels(assignment, seed):
    predictions = random_predictions(len(assignment), seed=seed)
    grouping = Grouping.from_assignment(predictions.class_names, assignment)
    scored = score_grouping(predictions, grouping, num_random=5)
    groups = grouping.group_of_class
    y_true = groups[predictions.y_true]
    assert scored.accuracy_before == pytest.approx(
        metrics.accuracy_score(predictions.y_true, predictions.y_pred)
    )
    assert scored.accuracy_merged == pytest.approx(metrics.accuracy_score(y_true, groups[predictions.y_pred]))
    summed = predictions.probs.astype(float) @ np.eye(grouping.num_groups)[groups]
    assert scored.accuracy_summed == pytest.approx(metrics.accuracy_score(y_true, summed.argmax(axis=1)))
    assert scored.accuracy_merged >= scored.accuracy_before


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=9).filter(lambda numbers: len(set(numbers)) > 1))
def test_merged_counts_equal_those_counted_on_merged_labels(assignment):
    predictions = random_predictions(len(assignment))
    grouping = Grouping.from_assignment(predictions.class_names, assignment)
    groups, labels = grouping.group_of_class, range(grouping.num_groups)
    expected = metrics.confusion_matrix(groups[predictions.y_true], groups[predictions.y_pred], labels=labels)
    np.testing.assert_array_equal(SparseCounts.of(predictions).grouped(grouping).dense(), expected)


def test_the_two_scores_differ_where_probability_is_spread_over_a_group():
    probs = np.array([[0.3, 0.3, 0.4]], np.float32)
    predictions = Predictions("val", ("cat", "dog", "car"), np.array([0]), probs, np.array([0]))
    scored = score_grouping(predictions, Grouping.identity(predictions.class_names).merge(["cat", "dog"]))
    assert (scored.accuracy_before, scored.accuracy_merged, scored.accuracy_summed) == (0, 0, 1)


def test_without_merging_all_scores_are_the_same_and_nothing_is_free():
    predictions = random_predictions(5)
    scored = score_grouping(predictions, Grouping.identity(predictions.class_names))
    accuracies = [scored.accuracy_before, scored.accuracy_merged, scored.accuracy_summed]
    random = [scored.random_mean, scored.random_low, scored.random_high]
    assert [*accuracies, *random] == pytest.approx([accuracies[0]] * 6)
    assert scored.p_value == 1


def test_groups_that_follow_the_confusions_beat_random_ones():
    y_true = np.repeat(np.arange(6), 10)
    probs = np.full((60, 6), 0.01, np.float32)
    probs[np.arange(60), np.where(np.arange(60) % 2, y_true, y_true ^ 1)] = 1
    predictions = Predictions("val", tuple("abcdef"), y_true, probs, np.arange(60))
    scored = score_grouping(predictions, Grouping.from_assignment("abcdef", [0, 0, 1, 1, 2, 2]))
    assert (scored.accuracy_before, scored.accuracy_merged) == (0.5, 1.0)
    assert scored.random_low <= scored.random_mean <= scored.random_high
    assert scored.random_mean == pytest.approx(0.6, abs=0.03)  # a partner is met in 1 of 5 cases
    assert scored.p_value < 0.15


def test_a_scorer_gives_the_same_score_and_intervals_hold_the_accuracies():
    predictions = random_predictions(7)
    grouping = Grouping.from_assignment(predictions.class_names, [0, 0, 1, 1, 2, 3, 4])
    scored = score_grouping(predictions, grouping)
    assert score_grouping(Scorer(predictions), grouping) == scored
    for name in ("before", "merged", "summed"):
        low, high = getattr(scored, f"{name}_low"), getattr(scored, f"{name}_high")
        assert low < getattr(scored, f"accuracy_{name}") < high
    assert (scored.num_random, scored.num_clusters) == (1000, 0)


def test_intervals_by_groups_of_images_say_how_many_groups():
    predictions = random_predictions(4)
    grouping = Grouping.identity(predictions.class_names)
    scored = score_grouping(predictions, grouping, clusters=np.arange(80) // 4)
    assert scored.num_clusters == 20
    assert scored.accuracy_merged == score_grouping(predictions, grouping).accuracy_merged


def test_a_grouping_for_other_classes_is_refused():
    with pytest.raises(GroupingError, match=r"is for the classes cat, dog, the run knows .* choose a run"):
        score_grouping(random_predictions(3), Grouping.identity(["cat", "dog"]))


def test_a_split_without_images_is_refused():
    empty = Predictions("test", ("a", "b"), np.zeros(0, int), np.zeros((0, 2), np.float32), np.zeros(0, int))
    with pytest.raises(PredictionsError, match=r"test split has no images.*choose another split"):
        score_grouping(empty, Grouping.identity("ab"))


def test_probabilities_that_are_not_numbers_are_refused():
    broken = Predictions("val", ("a", "b"), np.array([0]), np.full((1, 2), np.nan, np.float32), np.array([0]))
    with pytest.raises(PredictionsError, match="not numbers"):
        score_grouping(broken, Grouping.identity("ab"))

import numpy as np
import pytest
from sklearn import metrics

from core.errors import PredictionsError
from core.evaluation.confusion import (
    class_similarity,
    compute_confusion,
    confusion_matrix,
    most_confused_pairs,
    normalize_rows,
)
from core.predictions import Predictions


def predictions_of(probs: list[list[float]], y_true: list[int]) -> Predictions:
    names = tuple(f"class {k}" for k in range(len(probs[0])))
    return Predictions("test", names, np.array(y_true), np.array(probs, np.float32), np.arange(len(y_true)))


def test_counts_equal_those_of_scikit_learn_also_where_classes_do_not_occur():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 5, 200), rng.integers(1, 7, 200)
    expected = metrics.confusion_matrix(y_true, y_pred, labels=range(8))
    np.testing.assert_array_equal(confusion_matrix(y_true, y_pred, 8), expected)


def test_no_images_give_a_matrix_of_zeros():
    nothing = np.zeros(0, np.int64)
    assert confusion_matrix(nothing, nothing, 3).tolist() == [[0] * 3] * 3


def test_a_class_without_images_has_a_zero_row():
    shares = normalize_rows(np.array([[3, 1], [0, 0]]))
    assert shares.tolist() == [[0.75, 0.25], [0, 0]]


def test_predictions_that_are_not_numbers_are_refused_with_the_remedy():
    bad = predictions_of([[0.5, 0.5], [np.nan, np.nan], [0.2, np.nan]], [0, 1, 0])
    with pytest.raises(PredictionsError, match=r"2 of 3 images of the test split .* smaller learning rate"):
        compute_confusion(bad)


def test_pairs_come_by_number_of_images_then_by_share():
    confusion = np.array([[90, 4, 0, 0], [2, 94, 0, 1], [0, 0, 5, 3], [0, 0, 3, 5]])
    pairs = most_confused_pairs(confusion)
    assert [(pair.first, pair.second, pair.num_images) for pair in pairs] == [(2, 3, 6), (0, 1, 6), (1, 3, 1)]
    assert (pairs[1].first_as_second, pairs[1].second_as_first) == (4, 2)
    assert pairs[0].share == pytest.approx(6 / 16)


def test_pairs_are_limited_and_perfect_predictions_have_none():
    assert len(most_confused_pairs(np.ones((6, 6), np.int64), limit=4)) == 4
    assert most_confused_pairs(np.diag([3, 4])) == []


def test_similarity_is_symmetric_and_knows_nothing_of_classes_without_images():
    confusion = np.array([[6, 2, 2], [0, 4, 0], [0, 0, 0]])
    similarity = class_similarity(confusion)
    np.testing.assert_allclose(similarity, [[0, 0.1, 0], [0.1, 0, 0], [0, 0, 0]])

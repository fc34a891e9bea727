import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core.errors import PredictionsError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts


@st.composite
def labels_and_groups(draw):
    assignment = draw(st.lists(st.integers(0, 3), min_size=2, max_size=7))
    label = st.integers(0, len(assignment) - 1)
    labels = draw(st.lists(st.tuples(label, label), max_size=30))
    return assignment, np.array(labels, np.int64).reshape(-1, 2)


def predictions_of(labels: np.ndarray, num_classes: int) -> Predictions:
    probs = np.eye(num_classes, dtype=np.float32)[labels[:, 1]]
    names = tuple(f"class {k}" for k in range(num_classes))
    return Predictions("val", names, labels[:, 0], probs, np.arange(len(labels)))


@settings(deadline=None, max_examples=50)
@given(labels_and_groups())
def test_cells_and_block_sums_are_those_that_scikit_learn_counts(given_labels):
    assignment, labels = given_labels
    num_classes = len(assignment)
    predictions = predictions_of(labels, num_classes)
    grouping = Grouping.from_assignment(predictions.class_names, assignment)
    groups = grouping.group_of_class
    y_true, y_pred = labels.T
    counts = SparseCounts.of(predictions)
    dense = np.zeros((num_classes, num_classes), np.int64)
    if len(labels):
        dense = metrics.confusion_matrix(y_true, y_pred, labels=range(num_classes))
    if len(labels) and grouping.num_groups > 1:  # scikit-learn warns of a single label
        merged = metrics.confusion_matrix(groups[y_true], groups[y_pred], labels=range(grouping.num_groups))
        np.testing.assert_array_equal(counts.grouped(grouping).dense(), merged)
    np.testing.assert_array_equal(counts.dense(), dense)
    np.testing.assert_array_equal(SparseCounts.of(dense).dense(), dense)
    np.testing.assert_array_equal(counts.diagonal, np.diag(dense))
    np.testing.assert_array_equal(counts.row_sums, dense.sum(axis=1))
    np.testing.assert_array_equal(counts.mistakes, dense + dense.T - 2 * np.diag(np.diag(dense)))
    assert counts.num_samples == len(labels)


def test_cells_stand_by_row_then_column_and_each_once():
    counts = SparseCounts.of(predictions_of(np.array([[2, 1], [0, 2], [2, 1], [0, 0], [2, 0]]), 3))
    assert counts.rows.tolist() == [0, 0, 2, 2]
    assert counts.columns.tolist() == [0, 2, 0, 1]
    assert counts.counts.tolist() == [1, 1, 1, 2]
    low, high, images = counts.pairs
    assert (low.tolist(), high.tolist(), images.tolist()) == ([0, 1], [2, 2], [2, 2])


def test_probabilities_that_are_not_numbers_are_refused():
    broken = Predictions("val", ("a", "b"), np.array([0]), np.full((1, 2), np.nan, np.float32), np.array([0]))
    with pytest.raises(PredictionsError, match=r"not numbers.*train again"):
        SparseCounts.of(broken)

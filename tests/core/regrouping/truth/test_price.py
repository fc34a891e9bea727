"""What merging costs: against scikit-learn, and that information is never made."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score, recall_score

from core.evaluation.agreement import mutual_information
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts
from core.regrouping.truth.price import price

NAMES = ("a", "b", "c", "d", "e")
CONFUSION = np.array([[40, 8, 1, 0, 1], [9, 30, 0, 0, 1], [0, 2, 20, 3, 0], [0, 0, 4, 6, 0], [1, 1, 1, 1, 1]])


def test_before_and_after_equal_scikit_learn_on_classes_and_on_groups() -> None:
    grouping = Grouping.from_assignment(NAMES, [0, 0, 1, 1, 2])
    rows, columns = np.nonzero(CONFUSION)
    y_true, y_pred = (np.repeat(index, CONFUSION[rows, columns]) for index in (rows, columns))
    paid = price(CONFUSION, grouping)
    groups = grouping.group_of_class
    assert paid.num_samples == CONFUSION.sum()
    assert paid.kappa_before == pytest.approx(cohen_kappa_score(y_true, y_pred))
    assert paid.kappa == pytest.approx(cohen_kappa_score(groups[y_true], groups[y_pred]))
    assert paid.balanced_accuracy_before == pytest.approx(recall_score(y_true, y_pred, average="macro"))
    assert paid.balanced_accuracy == pytest.approx(
        recall_score(groups[y_true], groups[y_pred], average="macro")
    )
    assert paid.imbalance_before == 10
    assert paid.imbalance == 90 / 5
    assert paid.effective_classes < paid.effective_classes_before < 5
    assert paid == price(SparseCounts.of(CONFUSION), grouping)


def test_everything_in_one_group_tells_nothing() -> None:
    paid = price(CONFUSION, Grouping.from_assignment(NAMES, [0] * 5))
    assert paid.bits_kept == 0
    assert paid.share_kept == 0
    assert math.isnan(paid.kappa)
    assert paid.balanced_accuracy == 1
    assert paid.effective_classes == 1


def test_nothing_merged_costs_nothing() -> None:
    paid = price(CONFUSION, Grouping.identity(NAMES))
    assert paid.kappa == paid.kappa_before
    assert paid.bits_kept == paid.bits_of
    assert paid.share_kept == 1


@settings(deadline=None, max_examples=80)
@given(
    arrays(np.int64, (5, 5), elements=st.integers(0, 12)),
    st.lists(st.integers(0, 4), min_size=5, max_size=5),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
)
def test_bits_never_rise_by_merging(confusion: np.ndarray, groups: list[int], pair: tuple[int, int]) -> None:
    grouping = Grouping.from_assignment(NAMES, groups)
    coarser = grouping.merge([NAMES[pair[0]], NAMES[pair[1]]])
    counts = SparseCounts.of(confusion)
    kept = [
        mutual_information(counts.grouped(each), corrected=False)
        for each in (Grouping.identity(NAMES), grouping, coarser)
    ]
    assert kept[0] >= kept[1] - 1e-12
    assert kept[1] >= kept[2] - 1e-12
    assert price(counts, grouping).bits_kept <= price(counts, grouping).bits_of

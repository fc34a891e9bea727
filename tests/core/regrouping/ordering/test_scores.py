import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.regrouping.grouping import Grouping
from core.regrouping.ordering.scores import band_width, best_order, order_score


def merged_by_hand(confusion: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Block sums by matrices of zeros and ones."""
    member = np.eye(grouping.num_groups, dtype=int)[grouping.group_of_class]
    return member.T @ confusion @ member


def by_hand(confusion, order, band):
    """Share of mistakes near the diagonal, cell by cell of the reordered matrix."""
    shown = confusion[np.ix_(order, order)]
    near = sum(
        shown[row, column]
        for row in range(len(shown))
        for column in range(len(shown))
        if 0 < abs(row - column) <= band
    )
    return near / max(1, shown.sum() - np.trace(shown))


@given(st.integers(1, 30), st.integers(0, 20))
def test_the_share_near_the_diagonal_is_that_counted_cell_by_cell(num_classes, seed):
    random = np.random.default_rng(seed)
    confusion = random.poisson(0.5, (num_classes, num_classes))
    order = random.permutation(num_classes)
    score = order_score(confusion, order)
    assert score.near_diagonal == pytest.approx(by_hand(confusion, order, band_width(num_classes)))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=10), st.integers(0, 9))
def test_the_share_within_groups_is_that_of_block_sums(assignment, seed):
    random = np.random.default_rng(seed)
    confusion = random.integers(0, 5, (len(assignment),) * 2)
    grouping = Grouping.from_assignment([f"class {k}" for k in range(len(assignment))], assignment)
    gathered = np.argsort(assignment, kind="stable")
    score = order_score(confusion, gathered, grouping)
    wrong = confusion.sum() - np.trace(confusion)
    expected = (np.trace(merged_by_hand(confusion, grouping)) - np.trace(confusion)) / max(1, wrong)
    assert score.within_groups == pytest.approx(expected)
    assert score.in_blocks == pytest.approx(expected)
    scattered = order_score(confusion, random.permutation(len(assignment)), grouping)
    assert scattered.within_groups == pytest.approx(expected)
    assert scattered.in_blocks <= expected + 1e-12


@given(st.integers(2, 40))
def test_the_share_by_chance_is_the_mean_over_all_pairs_of_places(num_classes):
    everywhere = np.ones((num_classes, num_classes), np.int64)
    score = order_score(everywhere, np.arange(num_classes))
    assert score.by_chance == pytest.approx(score.near_diagonal)


def test_a_group_torn_in_two_counts_only_its_unbroken_runs():
    confusion = np.zeros((3, 3), np.int64)
    confusion[0, 1] = confusion[0, 2] = 1
    grouping = Grouping.from_assignment("abc", [0, 0, 0])
    assert order_score(confusion, np.arange(3), grouping).in_blocks == 1
    torn = Grouping.from_assignment("abc", [0, 1, 0])
    assert order_score(confusion, np.arange(3), torn).in_blocks == 0
    assert order_score(confusion, np.arange(3), torn).within_groups == 0.5


def test_without_mistakes_every_share_is_zero():
    score = order_score(np.eye(3, dtype=np.int64), np.arange(3))
    assert (score.near_diagonal, score.within_groups, score.num_mistakes) == (0, 0, 0)


def test_the_best_order_is_the_one_nearest_to_the_diagonal():
    confusion = np.zeros((4, 4), np.int64)
    confusion[0, 3] = confusion[3, 0] = 5
    scores = {
        "given": order_score(confusion, np.arange(4)),
        "other": order_score(confusion, np.array([0, 3, 1, 2])),
    }
    assert best_order(scores) == "other"

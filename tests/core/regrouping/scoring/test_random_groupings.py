from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.regrouping.grouping import Grouping
from core.regrouping.scoring import random_groupings as module
from core.regrouping.scoring.counts import SparseCounts
from core.regrouping.scoring.random_groupings import mean_random_accuracy, random_accuracies


def merged_by_hand(confusion: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Block sums by matrices of zeros and ones."""
    member = np.eye(grouping.num_groups, dtype=int)[grouping.group_of_class]
    return member.T @ confusion @ member


def random_confusion(num_classes: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(2.0, (num_classes, num_classes))


def grouping_of(assignment: list[int]) -> Grouping:
    return Grouping.from_assignment([f"class {k}" for k in range(len(assignment))], assignment)


def all_accuracies(confusion: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Merged accuracy of every grouping with these sizes, as often as among all orders."""
    dealt = [grouping_of(list(numbers)) for numbers in permutations(grouping.assignment)]
    return np.array([np.trace(merged_by_hand(confusion, one)) for one in dealt]) / confusion.sum()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=6), st.integers(0, 20))
def test_the_mean_is_that_over_all_groupings_of_these_sizes(assignment, seed):
    confusion = random_confusion(len(assignment), seed) + np.eye(len(assignment), dtype=int)
    grouping = grouping_of(assignment)
    assert mean_random_accuracy(confusion, grouping) == pytest.approx(
        all_accuracies(confusion, grouping).mean()
    )


@pytest.mark.parametrize("assignment", [[0, 0, 1, 2, 3, 4], [0, 0, 0, 1, 1, 2], [0, 0, 0, 0, 0, 1]])
@pytest.mark.parametrize("num_confused", [4, 30])
def test_random_groupings_are_distributed_as_all_groupings_are(assignment, num_confused):
    confusion, grouping = random_confusion(6), grouping_of(assignment)
    cells = np.argwhere(~np.eye(6, dtype=bool))[num_confused:]
    confusion[cells[:, 0], cells[:, 1]] = 0
    drawn = random_accuracies(confusion, grouping, num_random=4000)
    expected = all_accuracies(confusion, grouping)
    assert set(np.round(drawn, 9)) <= set(np.round(expected, 9))
    assert drawn.mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / 4000**0.5 + 1e-9)
    assert drawn.std() == pytest.approx(expected.std(), rel=0.1)


def test_both_ways_of_drawing_are_used_and_blocks_do_not_matter(monkeypatch):
    confusion, grouping = random_confusion(6), grouping_of([0, 0, 0, 1, 1, 2])
    at_once = random_accuracies(confusion, grouping, num_random=50)
    monkeypatch.setattr(module, "MAX_BLOCK_VALUES", 60)
    np.testing.assert_array_equal(random_accuracies(confusion, grouping, num_random=50), at_once)
    monkeypatch.setattr(module, "_look_up_pairs", None)
    few_mistakes = np.diag([5] * 6)
    few_mistakes[0, 1] = 2
    assert set(random_accuracies(few_mistakes, grouping, num_random=200)) == {30 / 32, 1}


def test_without_merging_and_with_everything_merged_there_is_nothing_to_draw():
    confusion = random_confusion(5)
    share = np.trace(confusion) / confusion.sum()
    np.testing.assert_allclose(random_accuracies(confusion, grouping_of([0, 1, 2, 3, 4])), share)
    np.testing.assert_allclose(random_accuracies(confusion, grouping_of([0] * 5)), 1)
    assert mean_random_accuracy(confusion, grouping_of([0] * 5)) == pytest.approx(1)


def test_cells_and_the_dense_matrix_give_the_same_draws():
    confusion, grouping = random_confusion(8), grouping_of([0, 0, 1, 1, 2, 2, 3, 4])
    np.testing.assert_array_equal(
        random_accuracies(SparseCounts.of(confusion), grouping, seed=5),
        random_accuracies(confusion, grouping, seed=5),
    )

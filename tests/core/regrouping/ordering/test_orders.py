import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from core.regrouping.grouping import Grouping
from core.regrouping.ordering import orders as module
from core.regrouping.ordering.orders import order_classes


def block_confusion(family: np.ndarray) -> np.ndarray:
    """Confusions within families only."""
    return np.equal.outer(family, family) * 5 + np.diag(np.full(len(family), 20))


def is_contiguous(numbers: np.ndarray) -> bool:
    return np.count_nonzero(np.diff(numbers)) == len(np.unique(numbers)) - 1


@given(st.lists(st.integers(0, 3), min_size=1, max_size=10), st.integers(0, 3))
def test_every_class_comes_once_and_groups_stay_together(assignment, seed):
    confusion = np.random.default_rng(seed).integers(0, 9, (len(assignment),) * 2)
    grouping = Grouping.from_assignment([f"class {k}" for k in range(len(assignment))], assignment)
    order = order_classes(confusion, grouping)
    assert order.dtype == np.int64
    assert sorted(order) == list(range(len(assignment)))
    assert is_contiguous(np.array(assignment)[order])


def test_shuffled_families_become_blocks_on_the_diagonal():
    family = np.random.default_rng(0).permutation(np.repeat(np.arange(4), 3))
    assert is_contiguous(family[order_classes(block_confusion(family))])


def test_the_order_equals_the_optimal_leaf_order_of_scipy():
    confusion = np.random.default_rng(1).integers(1, 20, (8, 8))
    shares = confusion / confusion.sum(axis=1, keepdims=True)
    distance = 1 - (shares + shares.T) / 2
    np.fill_diagonal(distance, 0)
    expected = leaves_list(linkage(squareform(distance), "average", optimal_ordering=True))
    np.testing.assert_array_equal(order_classes(confusion), expected)


def test_groups_that_are_confused_lie_side_by_side():
    confusion = block_confusion(np.array([0, 1, 2, 0, 1, 2]))
    grouping = Grouping.from_assignment("abcdef", [0, 1, 2, 3, 4, 5]).merge(["a", "b"]).merge(["d", "f"])
    order = order_classes(confusion, grouping).tolist()
    assert abs(order.index(2) - order.index(5)) <= 2  # class c is confused with f, in the group of d


@pytest.mark.parametrize("confusion", [np.zeros((0, 0), int), np.array([[3]]), np.zeros((4, 4), int)])
def test_little_or_nothing_to_order_gives_a_permutation(confusion):
    assert sorted(order_classes(confusion)) == list(range(len(confusion)))


def test_many_classes_are_still_put_into_blocks(monkeypatch):
    monkeypatch.setattr(module, "MAX_OPTIMAL", 5)
    family = np.tile(np.arange(4), 3)
    assert is_contiguous(family[order_classes(block_confusion(family))])

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee
from scipy.spatial.distance import squareform

from core.errors import GroupingError
from core.evaluation.confusion import class_similarity
from core.regrouping.grouping import Grouping
from core.regrouping.ordering import orders as module
from core.regrouping.ordering.orders import BASE_ORDERS, ORDERS, class_order, gather_groups
from core.regrouping.scoring.counts import SparseCounts


def block_confusion(family):
    """Confusions within families only."""
    return np.equal.outer(family, family) * 5 + np.diag(np.full(len(family), 20))


def chain(num_classes):
    """Each class is confused with its two neighbors only."""
    neighbors = np.eye(num_classes, k=1, dtype=np.int64) + np.eye(num_classes, k=-1, dtype=np.int64)
    return 10 * np.eye(num_classes, dtype=np.int64) + 3 * neighbors


def identity(num_classes):
    return Grouping.identity([f"class {k}" for k in range(num_classes)])


def is_contiguous(numbers):
    return np.count_nonzero(np.diff(numbers)) == len(np.unique(numbers)) - 1


def is_chain(order):
    return np.all(np.abs(np.diff(order)) == 1)


@pytest.mark.parametrize("key", ORDERS)
@settings(max_examples=25)
@given(assignment=st.lists(st.integers(0, 3), min_size=1, max_size=10), seed=st.integers(0, 3))
def test_every_order_names_every_class_once(key, assignment, seed):
    confusion = np.random.default_rng(seed).poisson(0.7, (len(assignment),) * 2)
    grouping = Grouping.from_assignment([f"class {k}" for k in range(len(assignment))], assignment)
    order = class_order(confusion, grouping, key, own=range(len(assignment)))
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(len(assignment)))
    if key == "blocks":
        assert is_contiguous(np.array(assignment)[order])


@pytest.mark.parametrize("key", BASE_ORDERS)
@pytest.mark.parametrize("confusion", [np.array([[3]]), np.zeros((4, 4), int), np.diag([1, 0, 2])])
def test_little_or_nothing_to_order_gives_a_permutation(key, confusion):
    order = class_order(confusion, identity(len(confusion)), key)
    assert sorted(order.tolist()) == list(range(len(confusion)))


def test_names_are_sorted_with_their_numbers_by_value():
    grouping = Grouping.identity(["Zebra", "box 10", "box 9", "ape", "9 lives"])
    order = class_order(np.eye(5, dtype=int), grouping, "name")
    assert [grouping.class_names[index] for index in order] == ["9 lives", "ape", "box 9", "box 10", "Zebra"]


def test_the_largest_class_comes_first_by_size():
    confusion = np.array([[1, 1, 0], [0, 5, 0], [3, 0, 0]])
    assert class_order(confusion, identity(3), "size").tolist() == [1, 2, 0]


def test_the_worst_recognized_class_comes_first_by_recall_and_empty_ones_last():
    confusion = np.array([[8, 2, 0], [0, 0, 0], [3, 0, 7]])
    assert class_order(confusion, identity(3), "recall").tolist() == [2, 0, 1]


def test_the_leaf_order_equals_the_optimal_one_of_scipy():
    confusion = np.random.default_rng(1).integers(1, 20, (8, 8))
    distance = 1 - class_similarity(confusion)
    np.fill_diagonal(distance, 0)
    expected = leaves_list(linkage(squareform(distance), "average", optimal_ordering=True))
    np.testing.assert_array_equal(class_order(confusion, identity(8), "leaf"), expected)


def test_shuffled_families_become_blocks_on_the_diagonal():
    family = np.random.default_rng(0).permutation(np.repeat(np.arange(4), 3))
    for key in ("leaf", "blocks", "spectral", "rcm"):
        order = class_order(block_confusion(family), identity(12), key)
        assert is_contiguous(family[order]), key


@pytest.mark.parametrize("max_exact", [500, 3])
def test_the_spectral_order_straightens_a_shuffled_chain(max_exact, monkeypatch):
    monkeypatch.setattr(module, "MAX_EXACT", max_exact)
    shuffle = np.random.default_rng(2).permutation(12)
    confusion = chain(12)[np.ix_(shuffle, shuffle)]
    order = class_order(confusion, identity(12), "spectral")
    assert is_chain(shuffle[order])


def test_the_spectral_order_is_along_the_fiedler_vector():
    confusion = np.random.default_rng(3).integers(1, 9, (7, 7))
    similarity = class_similarity(confusion)
    degree = similarity.sum(axis=1)
    laplacian = np.eye(7) - similarity / np.sqrt(np.outer(degree, degree))
    fiedler = np.linalg.eigh(laplacian)[1][:, 1] / np.sqrt(degree)
    order = class_order(confusion, identity(7), "spectral")
    assert (np.diff(fiedler[order]) > 0).all() or (np.diff(fiedler[order]) < 0).all()


def test_reverse_cuthill_mckee_is_that_of_scipy_on_the_pattern_that_gathers_most():
    confusion = np.random.default_rng(4).integers(1, 9, (9, 9))
    similarity = class_similarity(confusion)
    strong = [np.where(similarity >= k * similarity[similarity > 0].mean(), similarity, 0) for k in (0, 1, 2)]
    tried = [reverse_cuthill_mckee(csr_array(each), symmetric_mode=True) for each in strong]
    near = [np.trace(confusion[np.ix_(o, o)], 1) + np.trace(confusion[np.ix_(o, o)], -1) for o in tried]
    found = class_order(confusion, identity(9), "rcm")
    np.testing.assert_array_equal(found, tried[int(np.argmax(near))])


def test_reverse_cuthill_mckee_straightens_a_shuffled_chain():
    shuffle = np.random.default_rng(5).permutation(10)
    assert is_chain(shuffle[class_order(chain(10)[np.ix_(shuffle, shuffle)], identity(10), "rcm")])


def test_groups_of_the_tree_leave_the_leaf_order_as_it_is():
    family = np.random.default_rng(6).permutation(np.repeat(np.arange(4), 3))
    confusion = block_confusion(family)
    grouping = Grouping.from_assignment([f"class {k}" for k in range(12)], family)
    np.testing.assert_array_equal(
        class_order(confusion, grouping, "blocks"), class_order(confusion, grouping, "leaf")
    )


def test_a_torn_group_gathers_where_most_of_it_is():
    grouping = Grouping.from_assignment("abcdef", [0, 0, 1, 2, 3, 0])
    assert gather_groups(np.arange(6), grouping).tolist() == [0, 1, 5, 2, 3, 4]


def test_sparse_counts_give_the_same_orders():
    confusion = np.random.default_rng(7).poisson(1.0, (9, 9))
    for key in BASE_ORDERS:
        dense = class_order(confusion, identity(9), key)
        np.testing.assert_array_equal(class_order(SparseCounts.of(confusion), identity(9), key), dense)


@pytest.mark.parametrize("own", [[0, 1], [0, 0, 1], [1, 2, 3]])
def test_an_own_order_for_other_classes_is_refused(own):
    with pytest.raises(GroupingError, match="choose another order"):
        class_order(np.eye(3, dtype=int), identity(3), "own", own=own)


def test_an_own_order_is_taken_and_without_one_it_is_as_given():
    assert class_order(np.eye(3, dtype=int), identity(3), "own", own=[2, 0, 1]).tolist() == [2, 0, 1]
    assert class_order(np.eye(3, dtype=int), identity(3), "own").tolist() == [0, 1, 2]


def test_an_unknown_order_is_refused_with_those_there_are():
    with pytest.raises(GroupingError, match="choose one of given, name"):
        class_order(np.eye(3, dtype=int), identity(3), "moon")

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cut_tree, leaves_list, linkage
from scipy.spatial.distance import squareform

from core.errors import GroupingError
from core.evaluation.confusion import class_similarity
from core.regrouping.grouping import Grouping
from core.regrouping.ordering import dendrogram as module
from core.regrouping.ordering.dendrogram import cut_grouping, merge_tree, regroup_like
from core.regrouping.scoring.counts import SparseCounts

NAMES = ["class 1", "class 2", "class 3", "class 4", "class 5", "class 6"]


def confused(num_classes, seed=0):
    return np.random.default_rng(seed).integers(1, 20, (num_classes, num_classes))


def scipy_tree(confusion, **options):
    distance = 1 - class_similarity(confusion)
    np.fill_diagonal(distance, 0)
    return linkage(squareform(distance, checks=False), "average", **options)


def as_partition(assignment):
    return {frozenset(np.flatnonzero(assignment == number).tolist()) for number in np.unique(assignment)}


@pytest.mark.parametrize("num_groups", [1, 2, 5, 8])
def test_it_is_cut_as_scipy_cuts_its_tree(num_groups):
    confusion = confused(8)
    expected = cut_tree(scipy_tree(confusion), num_groups).ravel()
    found = merge_tree(confusion).cut(num_groups)
    assert as_partition(found) == as_partition(expected)


def test_heights_and_leaves_equal_those_of_scipy():
    confusion = confused(8, seed=1)
    tree = merge_tree(confusion)
    expected = scipy_tree(confusion, optimal_ordering=True)
    np.testing.assert_allclose(tree.height, expected[:, 2])
    np.testing.assert_array_equal(tree.leaves, leaves_list(expected))


def test_sparse_counts_give_the_same_tree():
    confusion = confused(7)
    dense, sparse = merge_tree(confusion), merge_tree(SparseCounts.of(confusion))
    np.testing.assert_array_equal(dense.left, sparse.left)
    np.testing.assert_array_equal(dense.height, sparse.height)


@given(st.integers(1, 12), st.integers(0, 30), st.booleans())
def test_cuts_are_nested_and_leaves_never_cross(num_classes, seed, quick):
    random = np.random.default_rng(seed)
    confusion = random.poisson(0.4, (num_classes, num_classes)) + 3 * np.eye(num_classes, dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_OPTIMAL", 0 if quick else 400)
        tree = merge_tree(confusion)
    assert sorted(tree.leaves.tolist()) == list(range(num_classes))
    assert (np.diff(tree.height) >= -1e-12).all()
    for num_groups in range(1, num_classes + 1):
        assignment = tree.cut(num_groups)
        assert len(np.unique(assignment)) == num_groups
        assert np.count_nonzero(np.diff(assignment[tree.leaves])) == num_groups - 1
        if num_groups > 1:
            coarse = tree.cut(num_groups - 1)
            assert len({(fine, group) for fine, group in zip(assignment, coarse, strict=True)}) == num_groups


def test_what_is_never_confused_is_merged_smallest_first():
    sizes = np.bincount(merge_tree(np.eye(16, dtype=np.int64)).cut(4))
    assert sizes.tolist() == [4, 4, 4, 4]


def test_the_quick_order_lays_the_most_confused_ends_side_by_side(monkeypatch):
    monkeypatch.setattr(module, "MAX_OPTIMAL", 0)
    confusion = 20 * np.eye(4, dtype=np.int64)
    confusion[0, 1] = confusion[1, 0] = confusion[2, 3] = confusion[3, 2] = 9
    confusion[0, 3] = confusion[3, 0] = 2
    order = merge_tree(confusion).leaves.tolist()
    assert order in ([1, 0, 3, 2], [2, 3, 0, 1])


@pytest.mark.parametrize("num_groups", [0, 4])
def test_a_cut_out_of_range_is_refused(num_groups):
    with pytest.raises(GroupingError, match="choose a number from 1 to 3"):
        merge_tree(confused(3)).cut(num_groups)


def test_a_cut_keeps_names_and_locks_of_groups_that_stay():
    confusion = np.kron(np.eye(3, dtype=np.int64), np.full((2, 2), 10))
    before = Grouping.identity(NAMES).merge(["class 1", "class 2"], "first").color("first", 4)
    before = before.merge(["class 3", "class 5"], "kept").lock("kept")
    after = cut_grouping(merge_tree(confusion), before, 3)
    assert after.members["first"] == ("class 1", "class 2")
    assert after.members["kept"] == ("class 3", "class 5")
    assert after.locked == {"kept"}
    assert dict(after.colors) == {"first": 4}


def test_a_new_group_takes_no_name_that_is_taken():
    before = Grouping.identity("abcd").merge(["c", "d"], "a + b")
    after = regroup_like(before, np.array([0, 0, 1, 1]))
    assert after.members["a + b"] == ("c", "d")
    assert after.members["a + b (2)"] == ("a", "b")

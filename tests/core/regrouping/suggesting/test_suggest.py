import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from core.errors import GroupingError
from core.evaluation.confusion import class_similarity
from core.regrouping.suggesting.demands import max_group_size
from core.regrouping.suggesting.suggest import suggest_grouping


def names_of(confusion: np.ndarray) -> list[str]:
    return [f"class {k}" for k in range(len(confusion))]


def planted(family: np.ndarray, support: np.ndarray, seed: int = 0) -> np.ndarray:
    """Each class is right in 60 %, taken for its family in 30 %, for anything in 10 % of its images."""
    rng = np.random.default_rng(seed)
    num_classes = len(family)
    same = np.equal.outer(family, family) & ~np.eye(num_classes, dtype=bool)
    rows = 0.6 * np.eye(num_classes) + 0.1 / num_classes
    rows += 0.3 * same / np.maximum(same.sum(axis=1, keepdims=True), 1)
    rows /= rows.sum(axis=1, keepdims=True)
    return np.stack([rng.multinomial(support[k], rows[k]) for k in range(num_classes)])


def same_partition(first: np.ndarray, second: np.ndarray) -> bool:
    return np.array_equal(np.equal.outer(first, first), np.equal.outer(second, second))


@given(st.integers(2, 9), st.data())
def test_there_are_exactly_as_many_groups_as_asked_for(num_classes, data):
    cells = st.lists(st.integers(0, 4), min_size=num_classes**2, max_size=num_classes**2)
    confusion = np.array(data.draw(cells)).reshape(num_classes, num_classes)
    num_groups = data.draw(st.integers(2, num_classes))
    assert suggest_grouping(confusion, names_of(confusion), num_groups).num_groups == num_groups


@pytest.mark.parametrize("seed", range(5))
def test_planted_families_are_found_in_a_long_tail(seed):
    family = np.repeat(np.arange(4), 3)
    support = np.geomspace(200, 15, 12).astype(int)
    confusion = planted(family, np.random.default_rng(seed).permutation(support), seed)
    grouping = suggest_grouping(confusion, names_of(confusion), 4)
    assert same_partition(grouping.group_of_class, family)


def test_a_large_class_does_not_draw_all_others_to_itself():
    family = np.array([0, 0, 1, 1, 2, 2, 3])
    confusion = planted(family, np.array([50, 40, 50, 40, 50, 40, 3000]))
    confusion[6, :6] += 40  # by raw counts the large class is confused most
    grouping = suggest_grouping(confusion, names_of(confusion), 4)
    assert same_partition(grouping.group_of_class, family)


def test_the_tree_is_that_of_average_linkage_where_no_group_is_too_large():
    confusion = np.random.default_rng(2).integers(0, 30, (12, 12))
    distance = 1 - class_similarity(confusion)
    np.fill_diagonal(distance, 0)
    expected = fcluster(linkage(squareform(distance), "average"), 8, "maxclust")
    assert np.bincount(expected).max() <= max_group_size(12, 8)
    grouping = suggest_grouping(confusion, names_of(confusion), 8)
    assert same_partition(grouping.group_of_class, expected)


def test_no_group_is_larger_than_the_cap_even_when_confusions_form_a_chain():
    confusion = np.diag(np.full(12, 50)) + np.diag(np.full(11, 9), 1) + np.diag(np.full(11, 9), -1)
    grouping = suggest_grouping(confusion, names_of(confusion), 5)
    assert max(len(members) for members in grouping.members.values()) <= max_group_size(12, 5) == 4


def test_the_cap_gives_way_where_the_number_of_groups_needs_it():
    confusion = np.diag(np.full(8, 10))
    for block in ([0, 1, 2], [3, 4, 5], [6, 7]):
        confusion[np.ix_(block, block)] += 3
    grouping = suggest_grouping(confusion, names_of(confusion), 2)
    assert sorted(len(members) for members in grouping.members.values()) == [4, 4]


def test_without_confusions_the_groups_are_even():
    confusion = np.diag(np.full(9, 10))
    grouping = suggest_grouping(confusion, names_of(confusion), 3)
    assert sorted(len(members) for members in grouping.members.values()) == [2, 3, 4] or all(
        len(members) == 3 for members in grouping.members.values()
    )


def test_classes_without_images_stay_alone_while_others_can_be_merged():
    confusion = planted(np.array([0, 0, 1, 1, 2, 3]), np.array([50, 50, 50, 50, 0, 0]))
    grouping = suggest_grouping(confusion, names_of(confusion), 4)
    assert grouping.assignment == (0, 0, 1, 1, 2, 3)


def test_classes_without_images_are_put_together_last():
    confusion = planted(np.array([0, 0, 1, 1, 2, 3]), np.array([50, 50, 50, 50, 0, 0]))
    assert suggest_grouping(confusion, names_of(confusion), 3).assignment == (0, 0, 1, 1, 2, 2)
    assert suggest_grouping(confusion, names_of(confusion), 2).num_groups == 2


def test_no_images_at_all_still_give_the_number_asked_for():
    assert suggest_grouping(np.zeros((5, 5), int), "abcde", 3).num_groups == 3


def test_as_many_groups_as_classes_merges_nothing():
    assert suggest_grouping(np.ones((3, 3), int), "abc", 3).group_names == ("a", "b", "c")


@pytest.mark.parametrize("num_groups", [-1, 0, 1, 6])
def test_an_impossible_number_is_refused_with_the_possible_ones(num_groups):
    with pytest.raises(GroupingError, match=f"{num_groups} groups cannot be made of 5 .* from 2 to 5"):
        suggest_grouping(np.ones((5, 5), int), "abcde", num_groups)

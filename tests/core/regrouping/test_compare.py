from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from core.errors import GroupingError
from core.regrouping.compare import Move, adjusted_rand, compare_groupings
from core.regrouping.grouping import Grouping

CLASSES = ("cat", "dog", "car", "bus", "tree")
START = Grouping.identity(CLASSES).merge(["cat", "dog"], "pet").merge(["car", "bus"], "vehicle")
numbers = st.lists(st.integers(0, 4), min_size=5, max_size=5)


def fewest_moves(first: Grouping, second: Grouping) -> int:
    """By trying all ways to match groups."""
    size = max(first.num_groups, second.num_groups)
    overlap = np.zeros((size, size), dtype=int)
    np.add.at(overlap, (first.group_of_class, second.group_of_class), 1)
    return 5 - max(overlap[np.arange(size), list(order)].sum() for order in permutations(range(size)))


@settings(deadline=None, max_examples=40)
@given(numbers, numbers)
def test_agreement_is_scikit_learns_and_moves_are_the_fewest(one, other):
    first, second = (Grouping.from_assignment(CLASSES, each) for each in (one, other))
    found = compare_groupings(first, second)
    assert found.adjusted_rand == pytest.approx(adjusted_rand_score(one, other))
    assert len(found.moves) == fewest_moves(first, second)
    back = compare_groupings(second, first)
    assert (back.adjusted_rand, len(back.moves)) == (pytest.approx(found.adjusted_rand), len(found.moves))


@pytest.mark.parametrize("seed", range(3))
def test_agreement_of_many_classes_is_scikit_learns(seed):
    one, other = np.random.default_rng(seed).integers(0, 40, size=(2, 3000))
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other))


def test_agreement_of_one_class_is_whole():
    assert adjusted_rand(np.array([0]), np.array([3])) == 1.0


def test_a_class_that_moved_and_a_group_that_was_renamed_are_named():
    after = START.move(["bus"], "pet").rename("pet", "any")
    found = compare_groupings(START, after)
    assert found.moves == (Move("bus", "vehicle", "any"),)
    assert found.renamed == (("pet", "any"),)
    assert found.sentence == (
        f"1 class has moved, from 3 to 3 groups, 1 group renamed; "
        f"adjusted Rand index {found.adjusted_rand:.3f}."
    )


def test_a_group_named_after_its_classes_is_not_called_renamed():
    start = Grouping.identity(CLASSES).merge(["cat", "dog"])
    assert compare_groupings(start, start.merge(["cat", "car"])).renamed == ()
    assert compare_groupings(start, start.rename("tree", "plant")).renamed == (("tree", "plant"),)


def test_equal_groupings_are_called_the_same_in_any_order_of_classes():
    turned = Grouping.from_mapping(CLASSES[::-1], START.to_mapping())
    found = compare_groupings(START, turned)
    assert (found.moves, found.renamed, found.adjusted_rand) == ((), (), 1.0)
    assert found.sentence == "Both are the same."


def test_only_a_new_name_moves_no_class():
    found = compare_groupings(START, START.rename("pet", "animal"))
    assert (
        found.sentence
        == "No classes have moved, from 3 to 3 groups, 1 group renamed; adjusted Rand index 1.000."
    )


def test_groupings_of_different_classes_are_refused():
    with pytest.raises(
        GroupingError, match=r"different classes \('tree' in one.*compare groupings of one dataset"
    ):
        compare_groupings(START, Grouping.identity(CLASSES[:4]))
    with pytest.raises(GroupingError, match=r"'cow' in one of them only"):
        compare_groupings(START, Grouping.identity([*CLASSES, "cow"]))

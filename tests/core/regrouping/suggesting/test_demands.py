import numpy as np
import pytest

from core.regrouping.suggesting.demands import Demands, max_group_size
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.wishes import Wishes


def demands_of(num_classes: int = 12, **settings: object) -> Demands:
    names = [chr(ord("a") + k) for k in range(num_classes)]
    return Demands.of(names, SearchSettings.model_validate({"num_groups": 4, **settings}))


def test_classes_that_have_to_be_together_are_one_unit():
    wishes = Wishes(must_link=(("a", "c"), ("c", "e")), never_link=(("e", "b"),))
    demands = demands_of(6, wishes=wishes, locked=(("d",),))
    assert demands.unit.tolist() == [0, 1, 0, 2, 0, 3]
    assert demands.sizes.tolist() == [3, 1, 1, 1]
    assert demands.locked.tolist() == [False, False, True, False]
    assert np.argwhere(np.triu(demands.apart)).tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]


def test_joined_units_take_their_demands_along():
    demands = demands_of(6, wishes=Wishes(never_link=(("a", "b"),)), locked=(("c", "d"),))
    joined = demands.joined(np.array([0, 1, 2, 0, 1]))
    assert joined.unit.tolist() == [0, 1, 2, 2, 0, 1]
    assert joined.sizes.tolist() == [2, 2, 2]
    assert joined.apart.tolist() == [[False, True, True], [True, False, True], [True, True, False]]
    assert joined.locked.tolist() == [False, False, True]


@pytest.mark.parametrize("num_groups", range(2, 12))
def test_a_group_holds_a_third_at_most_or_as_many_as_even_groups_need(num_groups):
    demands = demands_of()
    assert demands.hard_cap(num_groups) == max(4, -(-12 // num_groups))
    assert demands.soft_cap(num_groups) == max_group_size(12, num_groups)
    assert demands_of(allow_blob=True).hard_cap(num_groups) == 12
    assert demands_of(wishes=Wishes(max_size=3)).hard_cap(num_groups) == 3


def test_locked_groups_do_not_count_in_what_even_groups_need():
    demands = demands_of(locked=(("a", "b", "c", "d", "e", "f"),))
    assert demands.hard_cap(2) == 6
    assert demands.hard_cap(3) == 4

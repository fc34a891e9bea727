import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import GroupingError
from core.regrouping.suggesting.wishes import Wishes, read_group, read_pair, write_group

NAMES = st.text(st.characters(blacklist_categories=["C"]), min_size=1).map(str.strip).filter(bool)


@given(NAMES, NAMES)
def test_a_pair_is_read_as_it_was_written(first, second):
    assert read_pair(write_group((first, second)), [first, second]) == (first, second)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True))
def test_a_group_is_read_as_it_was_written(names):
    assert read_group(write_group(names), [*names, "another"]) == tuple(names)


@pytest.mark.parametrize("text", ["", "zebra", "cat,zebra", "cat,cat", "cat wild, dog"])
def test_what_is_no_group_is_refused_with_an_example(text):
    with pytest.raises(GroupingError, match=r"is not a group of classes .* in quotation marks"):
        read_group(text, ["cat", "dog", "owl"])


@pytest.mark.parametrize("text", ["cat", "cat,zebra", "cat,dog,owl", "", "a, b, c"])
def test_what_is_no_pair_is_refused_with_an_example(text):
    with pytest.raises(GroupingError, match=r"is not a pair of classes .* in quotation marks"):
        read_pair(text, ["cat", "dog", "owl", "a, b", "b, c", "a", "c"])


def test_wishes_survive_json():
    wishes = Wishes(must_link=(("a", "b"),), never_link=(("a", "c"),), max_size=3, parents={"a": "x"})
    assert Wishes.model_validate_json(wishes.model_dump_json()) == wishes

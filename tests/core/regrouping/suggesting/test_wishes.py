import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import GroupingError
from core.regrouping.suggesting.wishes import Wishes, read_pair, write_pair

NAMES = st.text(st.characters(blacklist_categories=["C"]), min_size=1).map(str.strip).filter(bool)


@given(NAMES, NAMES)
def test_a_pair_is_read_as_it_was_written(first, second):
    assert read_pair(write_pair((first, second)), [first, second]) == (first, second)


@pytest.mark.parametrize("text", ["cat", "cat,zebra", "cat,dog,owl", "", "a, b, c"])
def test_what_is_no_pair_is_refused_with_an_example(text):
    with pytest.raises(GroupingError, match=r"is not a pair of classes .* in quotation marks"):
        read_pair(text, ["cat", "dog", "owl", "a, b", "b, c", "a", "c"])


def test_wishes_survive_json():
    wishes = Wishes(must_link=(("a", "b"),), never_link=(("a", "c"),), max_size=3, parents={"a": "x"})
    assert Wishes.model_validate_json(wishes.model_dump_json()) == wishes

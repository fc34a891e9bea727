"""Rules that clean the names of classes."""

import pytest

from core.datasets.sources.class_names import ClassNameRule, find_collisions, rename_classes, suggest_rule
from core.datasets.sources.listing import Listing
from core.errors import DatasetError


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (ClassNameRule(strip_prefix="boxes_", strip_digits=True), "boxes_Red_Apple_0042", "Red_Apple"),
        (ClassNameRule(strip_digits=True), "002.House-Finch", "House-Finch"),
        (ClassNameRule(strip_digits=True), "7", "7"),
        (ClassNameRule(strip_digits=True), "star of 5 points", "star of 5 points"),
        (ClassNameRule(strip_suffix=".v2"), "cat.v2", "cat"),
        (ClassNameRule(strip_prefix="cat"), "cat", "cat"),
        (ClassNameRule(strip_prefix="cat"), "dog", "dog"),
        (ClassNameRule(underscores_to_spaces=True), "red__apple_", "red apple"),
        (ClassNameRule(expression=r"-(.+)$"), "n0213-tench", "tench"),
        (ClassNameRule(expression=r"(\w)(?P<name>\w+)"), "xcat", "cat"),
        (ClassNameRule(expression=r"[a-z]+"), "12cat34", "cat"),
        (ClassNameRule(expression=r"(z)|c"), "cat", "cat"),
        (ClassNameRule(expression=r"nothing"), "cat", "cat"),
    ],
)
def test_what_a_rule_leaves_of_a_name(rule, old, new):
    assert rule.rename([old]) == {old: new}


def listing(*labels: str) -> Listing:
    found = Listing("made")
    for label in labels:
        found.add("x.png", label)
    return found


def test_two_names_that_become_one_are_refused_unless_they_are_to_be_merged():
    names = ("apple_1", "apple_2", "pear_1", "apple_1")
    with pytest.raises(
        DatasetError, match=r"classes 'apple_1', 'apple_2' one name, 'apple'; change the rule, or"
    ):
        rename_classes(listing(*names), ClassNameRule(strip_digits=True))
    merged = listing(*names)
    renamed = rename_classes(merged, ClassNameRule(strip_digits=True, merge_collisions=True))
    assert renamed == {"apple_1": "apple", "apple_2": "apple", "pear_1": "pear"}
    assert merged.labels == ["apple", "apple", "pear", "apple"]
    assert merged.notes == [
        "Classes whose cleaned names are the same were merged: 'apple_1', 'apple_2' as 'apple'."
    ]


def test_a_rule_that_changes_no_name_is_said():
    found = listing("a", "b")
    rename_classes(found, ClassNameRule(strip_prefix="boxes_"))
    assert found.notes == ["The rule for class names changes none of them, such as 'a'."]
    silent = listing("a", "b")
    rename_classes(silent, ClassNameRule(merge_collisions=True))
    assert silent.notes == []


def test_a_new_name_that_another_class_has_already_collides_too():
    assert find_collisions(ClassNameRule(strip_prefix="a_").rename(["a_b", "b"])) == {"b": ["a_b", "b"]}


def test_the_order_of_classes_and_their_families_follow_the_new_names():
    found = listing("b_1", "a_1")
    found.class_names, found.known_groups = ("b_1", "a_1", "c_1"), {"b_1": "x", "a_1": "y", "c_1": "x"}
    rename_classes(found, ClassNameRule(strip_digits=True))
    assert found.class_names == ("b", "a", "c")
    assert found.known_groups == {"b": "x", "a": "y", "c": "x"}


def test_what_all_names_have_in_common_is_suggested():
    rule = suggest_rule(
        [f"boxes_{name}_{number}" for name, number in (("Apple", 1), ("Pear", 2), ("Axe", 3))]
    )
    assert (rule.strip_prefix, rule.strip_suffix, rule.strip_digits) == ("boxes_", "", True)
    assert suggest_rule(["001.cat", "002.dog"]) == ClassNameRule(strip_digits=True)
    assert suggest_rule(["cat images", "dog images"]) == ClassNameRule(strip_suffix=" images")
    assert suggest_rule(["apple_1", "apple_2"]) == ClassNameRule(strip_prefix="apple_")
    for names in (["0", "1", "2"], ["cat", "dog"], ["cat"], ["catfish", "catbird"]):
        assert suggest_rule(names) is None


def test_an_expression_that_is_none_is_refused():
    with pytest.raises(DatasetError, match=r"is no regular expression"):
        ClassNameRule(expression="(")

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.names import MAX_NAME_LENGTH, check_group_name

CLASSES = ("cat", "dog", "car", "bus", "tree")
# Names that collide with joined names on purpose.
COLLIDING = st.sampled_from(["a", "b", "a + b", "a + b (2)", "b (2)"])
ANY = st.text("abc +", min_size=1, max_size=80).map(str.strip).filter(bool)
names = st.lists(st.one_of(COLLIDING, ANY), min_size=2, max_size=8, unique=True)
steps = st.lists(
    st.tuples(st.sampled_from(["merge", "dissolve", "rename"]), st.integers(0, 99), st.integers(0, 99))
)


def check_invariants(grouping: Grouping) -> None:
    assert len(set(grouping.group_names)) == grouping.num_groups
    assert sorted(set(grouping.assignment)) == list(range(grouping.num_groups))
    first_of_group = [grouping.assignment.index(group) for group in range(grouping.num_groups)]
    assert first_of_group == sorted(first_of_group)
    assert sum(len(members) for members in grouping.members.values()) == grouping.num_classes
    assert Grouping.from_mapping(grouping.class_names, grouping.to_mapping()) == grouping


def take_step(grouping: Grouping, step: tuple[str, int, int]) -> Grouping:
    action, first, second = step
    if action == "merge":
        return grouping.merge([grouping.class_names[k % grouping.num_classes] for k in (first, second)])
    group = grouping.group_names[first % grouping.num_groups]
    return (
        grouping.dissolve(group)
        if action == "dissolve"
        else grouping.rename(
            group, next(f"group {n}" for n in range(99) if f"group {n}" not in grouping.group_names)
        )
    )


@settings(deadline=None, max_examples=60)
@given(names, steps)
def test_merging_splitting_and_renaming_in_any_order_keeps_every_class_in_one_group(class_names, taken):
    grouping = Grouping.identity(class_names)
    for step in taken:
        after = take_step(grouping, step)
        check_invariants(after)
        if step[0] == "merge":
            assert after.num_groups in (grouping.num_groups, grouping.num_groups - 1)
        grouping = after


@settings(deadline=None, max_examples=60)
@given(names, st.data())
def test_any_assignment_gives_groups_of_equal_numbers(class_names, data):
    numbers = data.draw(st.lists(st.integers(-5, 5), min_size=len(class_names), max_size=len(class_names)))
    grouping = Grouping.from_assignment(class_names, numbers)
    check_invariants(grouping)
    same = np.equal.outer(numbers, numbers)
    np.testing.assert_array_equal(np.equal.outer(grouping.group_of_class, grouping.group_of_class), same)


@settings(deadline=None, max_examples=60)
@given(names)
def test_splitting_undoes_merging(class_names):
    start = Grouping.identity(class_names)
    merged = start.merge(class_names)
    assert merged.num_groups == 1
    assert merged.dissolve(merged.group_names[0]).assignment == start.assignment


def test_identity_gives_every_class_its_own_name():
    assert Grouping.identity(CLASSES).to_mapping() == dict(zip(CLASSES, CLASSES, strict=True))


def test_merging_takes_whole_groups_and_keeps_a_given_name():
    grouping = Grouping.identity(CLASSES).merge(["car", "bus"], "vehicle").merge(["bus", "tree"])
    assert grouping.members == {"cat": ("cat",), "dog": ("dog",), "vehicle": ("car", "bus", "tree")}


def test_merging_classes_of_one_group_changes_nothing():
    grouping = Grouping.identity(CLASSES).merge(["cat", "dog"])
    assert grouping.merge(["dog", "cat"]) is grouping


def test_long_joined_names_are_cut_and_stay_unique():
    classes = [f"{'long' * 12} {k}" for k in range(4)]
    grouping = Grouping.identity(classes).merge(classes[:2]).merge(classes[2:])
    assert max(map(len, grouping.group_names)) <= MAX_NAME_LENGTH
    assert grouping.num_groups == 2


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ({"cat": "pet"}, "lacks 'dog'.*give each class"),
        ({"cat": "pet", "dog": "pet", "cow": "farm"}, "names 'cow', not among the classes"),
        ({"cat": "pet", "dog": "  "}, "use at least one visible character"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping, complaint):
    with pytest.raises(GroupingError, match=complaint):
        Grouping.from_mapping(["cat", "dog"], mapping)


def test_unknown_and_taken_names_are_refused_with_what_there_is():
    grouping = Grouping.identity(CLASSES)
    with pytest.raises(GroupingError, match="no class 'cow'; classes are 'cat', 'dog'"):
        grouping.merge(["cat", "cow"])
    with pytest.raises(GroupingError, match="no group 'pet'; groups are 'cat'"):
        grouping.dissolve("pet")
    with pytest.raises(GroupingError, match="already a group named 'tree'; choose another"):
        grouping.rename("cat", " tree ")
    with pytest.raises(GroupingError, match="already a group named 'tree'; choose another"):
        grouping.merge(["cat", "dog"], "tree")


def test_a_name_loses_spaces_around_it_and_may_not_have_control_characters():
    assert check_group_name("  Häuser 家 ") == "Häuser 家"
    with pytest.raises(GroupingError, match="visible"):
        check_group_name("two\nlines")


def test_classes_taken_out_form_a_group_of_their_own_and_the_rest_is_named_anew():
    pets = Grouping.identity(CLASSES).merge(["cat", "dog", "car"])
    assert pets.take_out(["dog", "cat"]).members == {
        "cat + dog": ("cat", "dog"),
        "car": ("car",),
        "bus": ("bus",),
        "tree": ("tree",),
    }
    named = pets.rename("cat + dog + car", "things")
    assert named.take_out(["car"]).members["things"] == ("cat", "dog")
    assert named.take_out(["cat", "dog"]).group_names == ("cat + dog", "car", "bus", "tree")


def test_classes_of_several_groups_are_taken_out_together():
    two = Grouping.identity(CLASSES).merge(["cat", "dog"], "pet").merge(["car", "bus"], "vehicle")
    assert two.take_out(["dog", "bus"]).members == {
        "cat": ("cat",),
        "dog + bus": ("dog", "bus"),
        "car": ("car",),
        "tree": ("tree",),
    }
    assert two.take_out(["cat", "dog"]) is two


def test_classes_move_to_another_group_and_an_emptied_one_is_gone():
    two = Grouping.identity(CLASSES).merge(["cat", "dog"]).merge(["car", "bus"], "vehicle")
    assert two.move(["dog", "tree"], "vehicle").members == {
        "cat": ("cat",),
        "vehicle": ("dog", "car", "bus", "tree"),
    }
    assert two.move(["tree"], "cat + dog").members["cat + dog + tree"] == ("cat", "dog", "tree")
    assert two.move(["cat", "dog"], "vehicle").group_names == ("vehicle", "tree")
    assert two.move(["car"], "vehicle") is two


def test_a_locked_group_refuses_every_change_until_it_is_unlocked():
    pets = Grouping.identity(CLASSES).merge(["cat", "dog"], "pet").lock("pet")
    steps = [
        lambda grouping: grouping.merge(["cat", "car"]),
        lambda grouping: grouping.take_out(["cat"]),
        lambda grouping: grouping.move(["cat"], "car"),
        lambda grouping: grouping.move(["car"], "pet"),
        lambda grouping: grouping.dissolve("pet"),
    ]
    for step in steps:
        with pytest.raises(GroupingError, match=r"'pet' is locked and stays as it is; unlock it"):
            step(pets)
        assert step(pets.lock("pet", False)) != pets
    assert pets.merge(["car", "bus"]).rename("pet", "animal").locked == {"animal"}


def test_colors_follow_renamed_groups_and_a_merge_keeps_the_largest_groups_color():
    start = Grouping.identity(CLASSES).merge(["cat", "dog"]).color("cat + dog", 2).color("car", 5)
    assert start.rename("cat + dog", "pet").colors == (("car", 5), ("pet", 2))
    assert start.merge(["cat", "bus"]).colors == (("car", 5), ("cat + dog + bus", 2))
    assert start.dissolve("cat + dog").colors == (("car", 5),)
    assert start.color("car", -1).colors == (("cat + dog", 2),)
    assert start == start.color("car", 1)


def test_groups_that_there_are_not_are_neither_locked_nor_colored():
    grouping = Grouping.identity(CLASSES)
    for step in (grouping.lock, grouping.members_of, grouping.dissolve, lambda name: grouping.color(name, 1)):
        with pytest.raises(GroupingError, match="no group 'pet'; groups are 'cat'"):
            step("pet")
    assert grouping.marked(["pet", "cat"], [("pet", 1), ("dog", 2)]).locked == {"cat"}
    assert grouping.marked(["pet", "cat"], [("pet", 1), ("dog", 2)]).colors == (("dog", 2),)


def test_a_given_name_that_is_too_long_is_refused_but_a_class_keeps_its_own_long_name():
    long = "x" * (MAX_NAME_LENGTH + 1)
    grouping = Grouping.identity([long, "b", "c"])
    with pytest.raises(GroupingError, match=r"too long for a group's name \(61 characters\); use at most 60"):
        grouping.rename("b", long)
    assert grouping.rename(long, "short").rename("short", long) == grouping
    with pytest.raises(GroupingError, match="too long"):
        grouping.merge(["b", "c"], "y" * 61)


def test_markup_in_a_name_is_kept_as_it_is():
    name = "<b>x</b> *y* [z](javascript:1)"
    assert Grouping.identity(CLASSES).rename("cat", name).group_names[0] == name

import pytest
from history_walks import CLASSES, actions, walk
from hypothesis import given, settings

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.steps import history as module
from core.regrouping.steps.history import GroupingHistory


def test_undo_and_redo_walk_through_the_steps(history):
    assert (history.current.num_groups, history.undo_label, history.redo_label) == (
        2,
        "Merged cat and dog",
        "Merged pet and car",
    )
    assert history.redo().current.num_groups == 1
    assert history.undo().current == Grouping.identity(["cat", "dog", "car"])


def test_walking_ends_at_both_ends(history):
    begin, end = history.undo().undo().undo(), history.redo().redo()
    assert (begin.can_undo, begin.can_redo, begin.undo_label) == (False, True, "")
    assert (end.can_undo, end.can_redo, end.redo_label) == (True, False, "")


def test_a_step_after_an_undo_begins_a_branch_and_forgets_nothing(history):
    after = history.apply(history.current.rename("pet", "animal"), "Renamed pet")
    assert not after.can_redo
    assert after.steps == ("Merged cat and dog", "Renamed pet")
    assert after.children == {0: [1], 1: [2, 3]}
    assert after.go_to(2).current.num_groups == 1


def test_redo_follows_the_branch_that_was_visited_last(history):
    branched = history.apply(history.current.rename("pet", "animal"), "Renamed pet")
    assert branched.undo().redo_label == "Renamed pet"
    assert branched.go_to(2).undo().redo_label == "Merged pet and car"
    assert branched.go_to(2).go_to(0).redo().redo().position == 2


def test_a_step_that_changes_nothing_is_none(history):
    assert history.apply(history.current, "Nothing") is history


def test_a_lock_alone_is_a_step(history):
    locked = history.apply(history.current.lock("pet"), "Locked pet")
    assert locked.current.locked == {"pet"}
    assert locked.undo().current.locked == frozenset()
    assert locked.redo_label == ""


def test_steps_of_one_key_are_one_step_until_a_name_or_time_keeps_them_apart(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    history = GroupingHistory.identity("abcd")
    groupings = [Grouping.from_assignment("abcd", numbers) for numbers in ([0, 0, 1, 2], [0, 0, 1, 1])]
    for grouping in groupings:
        history = history.apply(grouping, f"Cut at {grouping.num_groups}", coalesce="cut")
    assert (len(history.nodes), history.steps, history.current) == (2, ("Cut at 2",), groupings[1])
    assert history.undo().current == Grouping.identity("abcd")
    named = history.name_node(1, "good").apply(groupings[0], "Cut at 3", coalesce="cut")
    assert [node.label for node in named.nodes] == ["Start", "Cut at 2", "Cut at 3"]
    now[0] += module.COALESCE_S + 1
    assert len(history.apply(groupings[0], "Cut at 3", coalesce="cut").nodes) == 3
    assert len(history.apply(groupings[0], "Cut at 3", coalesce="other").nodes) == 3


def test_states_are_named_and_a_name_is_taken_away_by_an_empty_one(history):
    named = history.name_node(2, " all of them ")
    assert named.nodes[2].name == "all of them"
    assert named.name_node(2, " ").nodes[2].name is None
    with pytest.raises(GroupingError, match="already a state named 'all of them'; choose another name"):
        named.name_node(1, "all of them")
    with pytest.raises(GroupingError, match=r"too long for a state's name .* use at most 60"):
        named.name_node(1, "x" * 61)


def test_an_unknown_state_is_refused_with_those_there_are(history):
    for step in (history.go_to, history.path_to, history.node):
        with pytest.raises(GroupingError, match="no state 3 in the history; choose one from 0 to 2"):
            step(3)
    with pytest.raises(GroupingError, match="no state -1"):
        history.go_to(-1)


@settings(deadline=None, max_examples=60)
@given(actions)
def test_any_steps_keep_every_state_whole_and_undo_of_redo_is_nothing(taken):
    history = walk(GroupingHistory.identity(CLASSES), taken)
    for node in history.nodes:
        assert sorted(name for names in node.grouping.members.values() for name in names) == sorted(CLASSES)
        assert node.grouping.locked <= set(node.grouping.group_names)
        assert {name for name, _ in node.grouping.colors} <= set(node.grouping.group_names)
    if history.can_redo:
        assert history.redo().undo() == history
    if history.can_undo:
        assert history.undo().redo() == history


def test_a_position_outside_the_states_is_a_mistake_of_the_caller(history):
    with pytest.raises(ValueError, match="no state 5"):
        GroupingHistory(history.nodes, 5)


def test_renaming_and_locking_keep_the_search_behind_the_groups_and_a_merge_ends_it(history):
    found = history.apply(history.current.merge(["cat", "car"]), "Suggested", origin={"num_groups": 1}).undo()
    assert (history.origin, found.origin) == (None, None)
    suggested = found.redo()
    renamed = suggested.apply(suggested.current.rename(suggested.current.group_names[0], "all"), "Renamed")
    assert (suggested.origin, renamed.origin) == ({"num_groups": 1}, {"num_groups": 1})
    assert renamed.apply(renamed.current.take_out(["dog"]), "Took out").origin is None


def test_what_is_built_from_groups_chosen_on_test_stays_marked_so(history):
    read = history.apply(history.current.merge(["cat", "car"]), "Read", origin={"split": "test"})
    assert (history.split, read.split) == ("val", "test")
    assert read.apply(read.current.take_out(["dog"]), "Took out dog").split == "test"


def test_the_number_of_groups_is_said_once():
    history = GroupingHistory.identity("abcd")
    merged = history.current.merge("ab")
    for label, words in (
        ("Merged a and b", "Merged a and b: 3 groups"),
        ("Suggested 3 groups", "Suggested 3 groups"),
        ("Frontier: 3 groups", "Frontier: 3 groups"),
        ("Renamed x to 13 groups", "Renamed x to 13 groups: 3 groups"),
        ("Opened 3 groups of Ada", "Opened 3 groups of Ada: 3 groups"),
    ):
        assert history.apply(merged, label).current_node.in_words == words

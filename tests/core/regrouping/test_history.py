import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import GroupingError
from core.regrouping import history as module
from core.regrouping.grouping import Grouping
from core.regrouping.history import GroupingHistory


@pytest.fixture
def history() -> GroupingHistory:
    """Two merges, the second one undone."""
    start = GroupingHistory.identity(["cat", "dog", "car"])
    first = start.apply(start.current.merge(["cat", "dog"], "pet"), "Merged cat and dog")
    return first.apply(first.current.merge(["cat", "car"], "all"), "Merged pet and car").undo()


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


def test_a_new_step_forgets_what_was_undone(history):
    after = history.apply(history.current.rename("pet", "animal"), "Renamed pet")
    assert not after.can_redo
    assert after.steps == ("Merged cat and dog", "Renamed pet")


def test_a_step_that_changes_nothing_is_none(history):
    assert history.apply(history.current, "Nothing") is history


def test_very_old_steps_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MAX_STEPS", 3)
    history = GroupingHistory.identity("ab")
    for number in range(5):
        history = history.apply(
            history.current.rename(history.current.group_names[0], f"name {number}"), str(number)
        )
    assert (len(history.states), history.current.group_names[0]) == (3, "name 4")


@given(st.lists(st.sampled_from(["merge", "undo", "redo", "rename"]), max_size=12))
def test_a_round_trip_through_json_keeps_everything(actions):
    history = GroupingHistory.identity(["1", "2", "3", "1 + 2"])
    for number, action in enumerate(actions):
        current = history.current
        if action == "merge":
            history = history.apply(current.merge([current.class_names[number % 4], "3"]), f"Merged {number}")
        elif action == "rename":
            history = history.apply(
                current.rename(current.group_names[0], f"name {number}"), f"Renamed {number}"
            )
        else:
            history = history.undo() if action == "undo" else history.redo()
    assert GroupingHistory.from_json(json.loads(json.dumps(history.to_json()))) == history


@pytest.mark.parametrize(
    "content", [None, 3, [], {}, "text", {"class_names": ["a"], "states": [], "position": 0}]
)
def test_anything_else_is_refused_with_the_remedy(content):
    with pytest.raises(GroupingError, match=r"damaged.*begin a new grouping"):
        GroupingHistory.from_json(content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["position"], 3),
        (["position"], -1),
        (["position"], "x"),
        (["class_names"], ["cat", "cat", "car"]),
        (["class_names"], [1, 2, 3]),
        (["states", 1, "groups"], {"cow": "pet"}),
        (["states", 1, "groups"], {"cat": 7}),
        (["states", 1, "groups"], {"cat": " "}),
        (["states", 1, "groups"], ["cat"]),
        (["states", 2], None),
        (["states", 0, "label"], 5),
    ],
)
def test_damage_in_any_place_is_refused(history, path, value):
    content = copy.deepcopy(history.to_json())
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(GroupingError, match="damaged"):
        GroupingHistory.from_json(content)


def test_a_position_outside_the_states_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="position 1"):
        GroupingHistory((Grouping.identity("ab"),), ("Start",), 1)

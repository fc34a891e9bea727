import copy
import json

import pytest
from history_walks import CLASSES, actions, walk
from hypothesis import given, settings

from core.errors import GroupingError
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.history_file import history_from_json, history_to_json
from core.regrouping.steps.states import is_same


@settings(deadline=None, max_examples=60)
@given(actions)
def test_a_round_trip_through_json_keeps_everything(taken):
    history = walk(GroupingHistory.identity(CLASSES), taken)
    again = history_from_json(json.loads(json.dumps(history_to_json(history))))
    assert again == history
    for node, read in zip(history.nodes, again.nodes, strict=True):
        assert is_same(node.grouping, read.grouping)


def test_a_history_that_begins_with_groups_comes_back(history):
    start = GroupingHistory.start(history.current, "Opened pets")
    assert history_from_json(json.loads(json.dumps(history_to_json(start)))).current == history.current


def test_where_a_state_came_from_is_kept(history):
    suggested = history.apply(history.current.merge(["cat", "car"]), "Suggested 1", origin={"num_groups": 1})
    assert history_from_json(history_to_json(suggested)).current_node.origin == {"num_groups": 1}


def test_the_list_of_an_older_version_is_read_as_a_branch_without_sides():
    groups = [{}, {"cat": "pet", "dog": "pet"}, {"cat": "all", "dog": "all", "car": "all"}]
    old = {
        "class_names": ["cat", "dog", "car"],
        "states": [{"label": f"step {k}", "groups": each} for k, each in enumerate(groups)],
        "position": 1,
    }
    history = history_from_json(old)
    assert history.current.members == {"pet": ("cat", "dog"), "car": ("car",)}
    assert (history.undo().current.num_groups, history.redo().current.num_groups) == (3, 1)
    assert history.redo_label == "step 2"


def test_many_steps_of_many_classes_stay_small_in_the_file():
    classes = [f"class number {k}" for k in range(3000)]
    history = GroupingHistory.identity(classes)
    for step in range(500):
        history = history.apply(history.current.merge(classes[2 * step : 2 * step + 2]), f"Merged {step}")
    text = json.dumps(history_to_json(history))
    assert len(text) < 250_000
    again = history_from_json(json.loads(text))
    assert again.current == history.current
    assert "grouping" not in vars(again.nodes[250])  # only what is asked for is worked out


@pytest.mark.parametrize(
    "content", [None, 3, [], {}, "text", {"class_names": ["a"], "states": [], "position": 0}]
)
def test_anything_else_is_refused_with_the_remedy(content):
    with pytest.raises(GroupingError, match=r"damaged.*begin a new grouping"):
        history_from_json(content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["position"], 3),
        (["position"], -1),
        (["position"], "x"),
        (["class_names"], ["cat", "cat", "car"]),
        (["class_names"], [1, 2, 3]),
        (["nodes"], []),
        (["nodes", 2], None),
        (["nodes", 0, "label"], 5),
        (["nodes", 0, "parent"], 0),
        (["nodes", 1, "parent"], None),
        (["nodes", 1, "parent"], 1),
        (["nodes", 1, "parent"], "0"),
        (["nodes", 1, "created"], "today"),
        (["nodes", 1, "change"], ["cat"]),
        (["nodes", 1, "change", "groups"], {"pet": [3]}),
        (["nodes", 1, "change", "groups"], {"pet": [-1]}),
        (["nodes", 1, "change", "groups"], {"pet": [True]}),
        (["nodes", 1, "change", "groups"], {" ": [0]}),
        (["nodes", 1, "change", "groups"], {"pet": 0}),
        (["nodes", 1, "change", "alone"], ["cat"]),
        (["nodes", 1, "change", "locked"], [1]),
        (["nodes", 1, "change", "locked"], 1),
        (["nodes", 1, "change", "colors"], {"pet": "red"}),
        (["nodes", 1, "num_groups"], None),
        (["nodes", 1, "name"], 7),
        (["nodes", 1, "origin"], 7),
        (["nodes", 1, "key"], 7),
        (["followed"], [[0, 9]]),
        (["followed"], 7),
    ],
)
def test_damage_in_any_place_is_refused(history, path, value):
    content = copy.deepcopy(history_to_json(history))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(GroupingError, match="damaged"):
        history_from_json(content)

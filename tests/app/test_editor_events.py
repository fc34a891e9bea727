"""What the browser reports of the confusion editor: read strictly, in order, each event once."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.components.confusion_editor.events import EditorEvent, EventKind, read_events
from core.regrouping.grouping import Grouping

NAMES = ("cat", "<b>dog</b>", "車")
GROUPING = Grouping.identity(NAMES).merge(["cat", "<b>dog</b>"], "pets")


def test_each_event_counts_once_however_often_it_is_reported() -> None:
    first = {"kind": "choose", "classes": ["cat", "車"], "number": 1}
    second = {"kind": "merge", "classes": ["cat", "車"], "number": 2}
    events, seen = read_events([first], GROUPING)
    assert (events, seen) == ([EditorEvent("choose", ("cat", "車"))], 1)
    events, seen = read_events([first, second], GROUPING, seen=seen)
    assert (events, seen) == ([EditorEvent("merge", ("cat", "車"))], 2)
    assert read_events([first, second], GROUPING, seen=seen) == ([], 2)


@pytest.mark.parametrize(
    ("reported", "event"),
    [
        ({"kind": "choose", "classes": []}, EditorEvent("choose")),
        ({"kind": "take_out", "classes": ["cat", "cat"]}, EditorEvent("take_out", ("cat",))),
        ({"kind": "dissolve", "group": "pets"}, EditorEvent("dissolve", group="pets")),
        ({"kind": "move", "classes": ["車"], "group": "pets"}, EditorEvent("move", ("車",), group="pets")),
        ({"kind": "rename", "group": "pets", "name": " "}, EditorEvent("rename", group="pets", name=" ")),
        ({"kind": "color", "group": "車", "color": -1}, EditorEvent("color", group="車")),
        ({"kind": "lock", "group": "pets", "locked": True}, EditorEvent("lock", group="pets", locked=True)),
        ({"kind": "order", "order": [2, 0, 1]}, EditorEvent("order", order=(2, 0, 1))),
        ({"kind": "cut", "num_groups": 3}, EditorEvent("cut", num_groups=3)),
        ({"kind": "undo", "classes": ["no class"]}, EditorEvent("undo")),
        ({"kind": "redo"}, EditorEvent("redo")),
        ({"kind": "tree_order", "order": [0]}, EditorEvent("tree_order")),
    ],
)
def test_every_kind_is_read_with_its_own_fields(reported: dict, event: EditorEvent) -> None:
    assert read_events([{**reported, "number": 1}], GROUPING) == ([event], 1)


@pytest.mark.parametrize(
    "reported",
    [
        None,
        "text",
        [None],
        [{}],
        [{"kind": "merge", "classes": ["cat"]}],
        [{"kind": "merge", "classes": ["cat"], "number": True}],
        [{"kind": "merge", "classes": ["cat"], "number": "1"}],
        [{"kind": "merge", "classes": ["cat", "cow of another run"], "number": 1}],
        [{"kind": "delete", "classes": ["cat"], "number": 1}],
        [{"kind": ["merge"], "classes": ["cat"], "number": 1}],
        [{"kind": "merge", "classes": "cat", "number": 1}],
        [{"kind": "merge", "classes": [["cat"]], "number": 1}],
        [{"kind": "dissolve", "group": "cat", "number": 1}],
        [{"kind": "dissolve", "group": ["pets"], "number": 1}],
        [{"kind": "move", "classes": ["cat"], "number": 1}],
        [{"kind": "rename", "group": "pets", "name": 3, "number": 1}],
        [{"kind": "color", "group": "pets", "color": 1.5, "number": 1}],
        [{"kind": "color", "group": "pets", "color": -2, "number": 1}],
        [{"kind": "color", "group": "pets", "color": True, "number": 1}],
        [{"kind": "lock", "group": "pets", "locked": 1, "number": 1}],
        [{"kind": "order", "order": [0, 1], "number": 1}],
        [{"kind": "order", "order": [0, 1, 1], "number": 1}],
        [{"kind": "order", "order": [0, 1, False], "number": 1}],
        [{"kind": "order", "order": "012", "number": 1}],
        [{"kind": "cut", "num_groups": 0, "number": 1}],
        [{"kind": "cut", "num_groups": 4, "number": 1}],
        [{"kind": "cut", "num_groups": None, "number": 1}],
    ],
)
def test_what_does_not_fit_is_passed_over(reported: object) -> None:
    assert read_events(reported, GROUPING)[0] == []


def test_what_is_passed_over_is_not_waited_for() -> None:
    strange = {"kind": "merge", "classes": ["cow"], "number": 5}
    events, seen = read_events([strange, {"kind": "undo", "number": 6}], GROUPING, seen=4)
    assert (events, seen) == ([EditorEvent("undo")], 6)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*NAMES, "pets"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["classes", "group", "name", "color", "locked", "order", "num_groups", "number"])


@settings(deadline=None)
@given(st.lists(st.dictionaries(FIELDS, ANYTHING), max_size=3), st.sampled_from(get_args(EventKind)))
def test_nothing_a_browser_reports_breaks_it(reported: list[dict], kind: str) -> None:
    events, _ = read_events([{"kind": kind, **fields} for fields in reported], GROUPING)
    for event in events:
        assert set(event.classes) <= set(NAMES)
        assert event.group in ("", *GROUPING.group_names)

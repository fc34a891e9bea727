"""What a person did on the confusion matrix, as the browser reports it: checked, in order, each event once.

The browser is not trusted: what does not fit the classes and groups it was sent is passed over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.regrouping.grouping import Grouping

EventKind = Literal[
    "choose", "merge", "take_out", "dissolve", "move", "rename",
    "color", "lock", "order", "tree_order", "cut", "undo", "redo",
]  # fmt: skip
MAX_COLORS = 64  # numbers of colors that can be meant; -1 is none


@dataclass(frozen=True)
class EditorEvent:
    """What a person did.

    Attributes:
        kind: ``"choose"``, ``"merge"``, ``"take_out"`` (into a group of their own), ``"dissolve"`` (every
            class alone), ``"move"`` (into a group), ``"rename"``, ``"color"``, ``"lock"``, ``"order"`` (an
            own order), ``"tree_order"`` (one in which the tree can be drawn), ``"cut"`` (the groups of the
            tree at a height), ``"undo"`` or ``"redo"``.
        classes: Class names: none (the choice was cleared), two (true class, predicted class) or more.
        group: Name of the group that is meant.
        name: Its new name.
        color: Its place in the palette, -1 for none.
        locked: Whether it shall be locked.
        order: Class index for each place along the diagonal.
        num_groups: How many groups the tree is cut into.
    """

    kind: EventKind
    classes: tuple[str, ...] = ()
    group: str = ""
    name: str = ""
    color: int = -1
    locked: bool = False
    order: tuple[int, ...] = ()
    num_groups: int = 0


def read_events(reported: object, grouping: Grouping, *, seen: int = 0) -> tuple[list[EditorEvent], int]:
    """Return the new events among those the browser reported, and the number of the last one.

    The browser reports an event until it is answered, since a trigger can be overtaken and lost; what
    was seen before is passed over, and so is what does not fit the grouping (of another run).

    >>> pets = Grouping.identity(["cat", "dog"])
    >>> events, seen = read_events([{"kind": "merge", "classes": ["cat", "dog"], "number": 4}], pets, seen=3)
    >>> events[0].kind, events[0].classes, seen
    ('merge', ('cat', 'dog'), 4)
    """
    events = []
    for content in reported if isinstance(reported, list) else []:
        number = content.get("number") if isinstance(content, dict) else None
        if number is None or not _is_number(number) or number <= seen:
            continue
        seen = number
        kind = content.get("kind")
        if not isinstance(kind, str) or kind not in get_args(EventKind):
            continue
        fields = {field: _READERS[field](content.get(field), grouping) for field in _FIELDS.get(kind, ())}
        if all(value is not None for value in fields.values()):
            events.append(EditorEvent(kind, **fields))  # type: ignore[arg-type]
    return events, seen


# Fields that an event of a kind must have; the others have none.
_FIELDS: Mapping[str, Sequence[str]] = {
    "choose": ("classes",),
    "merge": ("classes",),
    "take_out": ("classes",),
    "dissolve": ("group",),
    "move": ("classes", "group"),
    "rename": ("group", "name"),
    "color": ("group", "color"),
    "lock": ("group", "locked"),
    "order": ("order",),
    "cut": ("num_groups",),
}


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _classes(value: Any, grouping: Grouping) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return None
    return tuple(dict.fromkeys(value)) if set(value) <= set(grouping.class_names) else None


def _group(value: Any, grouping: Grouping) -> str | None:
    return value if isinstance(value, str) and value in grouping.members else None


def _name(value: Any, _grouping: Grouping) -> str | None:
    return value if isinstance(value, str) else None


def _color(value: Any, _grouping: Grouping) -> int | None:
    return value if _is_number(value) and -1 <= value < MAX_COLORS else None


def _locked(value: Any, _grouping: Grouping) -> bool | None:
    return value if isinstance(value, bool) else None


def _order(value: Any, grouping: Grouping) -> tuple[int, ...] | None:
    if not isinstance(value, list) or len(value) != grouping.num_classes or not all(map(_is_number, value)):
        return None
    return tuple(value) if sorted(value) == list(range(grouping.num_classes)) else None


def _num_groups(value: Any, grouping: Grouping) -> int | None:
    return value if _is_number(value) and 1 <= value <= grouping.num_classes else None


_READERS: Mapping[str, Callable[[Any, Grouping], Any]] = {
    "classes": _classes,
    "group": _group,
    "name": _name,
    "color": _color,
    "locked": _locked,
    "order": _order,
    "num_groups": _num_groups,
}

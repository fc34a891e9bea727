"""One state in the history of a grouping: what changed since the state before, and its words.

A state keeps its change only; its grouping is worked out from the states before when it is asked for, so
that 500 states of 3,000 classes take little room and open at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from core.regrouping.grouping import Grouping, check_group_name
from core.words import counted

Change = Mapping[str, Any]  # plain values, as JSON holds them


@dataclass(frozen=True)
class Node:
    """A state of a grouping being built.

    Attributes:
        id: Its place among all states, in the order in which they were made.
        parent: Id of the state it was made from; None for the first.
        label: The words for the step that led to it, such as ``"Merged circle and ellipse"``.
        created: When it was made, seconds since 1970.
        change: What differs from the state before, see ``change_between``.
        num_groups: Number of its groups.
        name: Name that a person gave it, or None.
        origin: Settings of the search that suggested it, or None.
        key: Steps in a row of one key are one step, such as those of a line being dragged; or None.
    """

    id: int
    parent: int | None
    label: str
    created: float
    change: Change
    num_groups: int
    name: str | None = None
    origin: Mapping[str, Any] | None = None
    key: str | None = None
    before: "Node | Grouping" = field(kw_only=True, compare=False, repr=False)

    @cached_property
    def grouping(self) -> Grouping:
        """Its groups."""
        changes: list[Change] = []
        found: Node | Grouping = self
        while isinstance(found, Node):
            if "grouping" in vars(found):
                found = found.grouping
                break
            changes.append(found.change)
            found = found.before
        return _with_changes(found, reversed(changes)) if changes else found

    @property
    def in_words(self) -> str:
        """The words for its step and the number of its groups, which is said once."""
        groups = counted(self.num_groups, "group")
        return self.label if f" {self.label}".endswith(f" {groups}") else f"{self.label}: {groups}"

    def named(self, name: str | None) -> Self:
        """Return this state under a name, or under none."""
        return replace(self, name=name)

    def is_state(self, other: "Node") -> bool:
        """Whether both are the same step taken at the same time, whatever their ids and names."""
        mine, theirs = ((node.label, node.created, node.change) for node in (self, other))
        return mine == theirs


def change_between(before: Grouping, after: Grouping) -> dict[str, Any]:
    """Return what makes one grouping of the other, as plain values.

    ``groups`` holds groups with the indices of classes that came to them, ``alone`` the indices of classes
    whose group now has their own name; ``locked`` and ``colors`` are there when they differ.

    >>> start = Grouping.identity(["cat", "dog", "car"])
    >>> change_between(start, start.merge(["cat", "dog"], "pet"))
    {'groups': {'pet': [0, 1]}}
    """
    change: dict[str, Any] = {}
    groups: dict[str, list[int]] = {}
    alone = []
    for index, (name, old, new) in enumerate(
        zip(after.class_names, before.assignment, after.assignment, strict=True)
    ):
        group = after.group_names[new]
        if group == before.group_names[old]:
            continue
        if group == name:
            alone.append(index)
        else:
            groups.setdefault(group, []).append(index)
    for what, value in (("groups", groups), ("alone", alone)):
        if value:
            change[what] = value
    if before.locked & set(after.group_names) != after.locked:
        change["locked"] = sorted(after.locked)
    if tuple(pair for pair in before.colors if pair[0] in after.members) != after.colors:
        change["colors"] = dict(after.colors)
    return change


def check_change(change: Any, num_classes: int) -> Change:
    """Return a change that was read from a file.

    Raises:
        TypeError: It is made otherwise.
        ValueError: It names a class that there is not.
        GroupingError: It has a group's name that is not allowed.
    """
    groups, alone = change.get("groups", {}), change.get("alone", [])
    for group, indices in [*groups.items(), ("alone", alone)]:
        check_group_name(group)
        if not all(type(index) is int and 0 <= index < num_classes for index in indices):
            raise ValueError(f"{group!r} holds what is no class")
    if not all(isinstance(name, str) for name in change.get("locked", [])):
        raise TypeError("what is locked is no list of names")
    if not all(type(index) is int for index in change.get("colors", {}).values()):
        raise TypeError("a color is no number")
    return dict(change)


def is_same(first: Grouping, second: Grouping) -> bool:
    """Whether two groupings are equal with all their locks and colors."""
    return first == second and first.locked == second.locked and first.colors == second.colors


def _with_changes(grouping: Grouping, changes: Iterable[Change]) -> Grouping:
    groups: list[str] = [grouping.group_names[index] for index in grouping.assignment]
    locked: Iterable[str] = grouping.locked
    colors: Sequence[tuple[str, int]] = grouping.colors
    for change in changes:
        for group, indices in change.get("groups", {}).items():
            for index in indices:
                groups[index] = group
        for index in change.get("alone", []):
            groups[index] = grouping.class_names[index]
        known = set(groups)
        locked = change.get("locked", [name for name in locked if name in known])
        kept = [(name, index) for name, index in colors if name in known]
        colors = tuple(change["colors"].items()) if "colors" in change else tuple(kept)
    names = tuple(dict.fromkeys(groups))
    place = {group: position for position, group in enumerate(names)}
    plain = Grouping(grouping.class_names, names, tuple(place[group] for group in groups))
    return plain.marked(locked, colors)

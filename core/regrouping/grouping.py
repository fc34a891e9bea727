"""A grouping: which classes count as one. A mapping only; images and predictions stay as they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np

from core.errors import GroupingError
from core.regrouping.names import check_group_name, check_new_name, default_name, is_default
from core.words import some


@dataclass(frozen=True)
class Grouping:
    """Classes divided into groups; each class is in exactly one.

    Two groupings are equal when the same classes count as one under the same names; what is locked
    or colored is a help while building and does not count.

    Attributes:
        class_names: The classes, in the order of the predictions' columns.
        group_names: The groups, unique, in order of their first class.
        assignment: For each class the index of its group, shape ``(num_classes,)``.
        locked: Groups that no step may change until they are unlocked.
        colors: Pairs of a group and its index in the palette, for groups that were given a color.

    >>> grouping = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])
    >>> grouping.group_names
    ('cat + dog', 'car')
    >>> grouping.rename("cat + dog", "pet").to_mapping()
    {'cat': 'pet', 'dog': 'pet', 'car': 'car'}
    >>> grouping.take_out(["dog"]) == grouping.dissolve("cat + dog")
    True
    """

    class_names: tuple[str, ...]
    group_names: tuple[str, ...]
    assignment: tuple[int, ...]
    locked: frozenset[str] = field(default=frozenset(), compare=False)
    colors: tuple[tuple[str, int], ...] = field(default=(), compare=False)

    @classmethod
    def identity(cls, class_names: Iterable[str]) -> Self:
        """Every class is a group of its own."""
        names = tuple(class_names)
        return cls(names, names, tuple(range(len(names))))

    @classmethod
    def from_mapping(cls, class_names: Iterable[str], mapping: Mapping[str, str]) -> Self:
        """Build from class name to group name.

        Raises:
            GroupingError: A class is missing or unknown, or a group's name is not allowed.
        """
        names = tuple(class_names)
        known = set(names)
        missing = [name for name in names if name not in mapping]
        unknown = [name for name in mapping if name not in known]
        if missing or unknown:
            what = f"lacks {some(missing)}" if missing else f"names {some(unknown)}, not among the classes"
            raise GroupingError(f"The grouping {what}; give each class of the dataset exactly one group.")
        checked = {group: check_group_name(group) for group in dict.fromkeys(mapping[name] for name in names)}
        group_names = tuple(dict.fromkeys(checked.values()))
        index = {group: position for position, group in enumerate(group_names)}
        return cls(names, group_names, tuple(index[checked[mapping[name]]] for name in names))

    @classmethod
    def from_assignment(cls, class_names: Iterable[str], assignment: Iterable[int]) -> Self:
        """Build from one number a class; equal numbers are one group, named after its classes."""
        names = tuple(class_names)
        members: dict[int, list[str]] = {}
        for name, number in zip(names, assignment, strict=True):
            members.setdefault(int(number), []).append(name)
        mapping: dict[str, str] = {}
        taken: set[str] = set()
        for classes in members.values():
            group = default_name(classes, taken)
            taken.add(group)
            mapping.update(dict.fromkeys(classes, group))
        return cls.from_mapping(names, mapping)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def num_groups(self) -> int:
        """Number of groups."""
        return len(self.group_names)

    @cached_property
    def group_of_class(self) -> np.ndarray:
        """Index of each class's group, shape ``(num_classes,)``, int64."""
        return np.asarray(self.assignment, dtype=np.int64)

    @cached_property
    def partition(self) -> bytes:
        """Tells divisions of the classes apart, whatever the groups are called; quick to hash."""
        return self.group_of_class.tobytes()

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Group name to its classes."""
        found: dict[str, list[str]] = {group: [] for group in self.group_names}
        for name, group in self.to_mapping().items():
            found[group].append(name)
        return {group: tuple(names) for group, names in found.items()}

    def to_mapping(self) -> dict[str, str]:
        """Class name to group name."""
        groups = [self.group_names[index] for index in self.assignment]
        return dict(zip(self.class_names, groups, strict=True))

    def merge(self, classes: Iterable[str], name: str | None = None) -> Self:
        """Put the whole groups of these classes together.

        Args:
            classes: At least two class names.
            name: Name of the new group; without it the largest group's own name, or its classes joined.

        Raises:
            GroupingError: A class is unknown, a group is locked, or the name is taken or not allowed.
        """
        groups = self._groups_of(classes)
        if len(groups) < 2:
            return self
        self._refuse_locked(groups)
        inside = set(groups)
        others = set(self.group_names) - inside
        joined = [name for name, group in self.to_mapping().items() if group in inside]
        if name is None:
            chosen = [group for group in groups if not is_default(group, self.members[group])]
            name = max(chosen, key=lambda group: len(self.members[group])) if chosen else None
            name = name or default_name(joined, others)
        else:
            name = check_new_name(name, others)
        return self._changed(dict.fromkeys(joined, name), dict.fromkeys(reversed(groups), name))

    def take_out(self, classes: Iterable[str]) -> Self:
        """Let these classes leave their groups and form one of their own, together.

        Raises:
            GroupingError: A class is unknown, or a group is locked.
        """
        leaving = list(dict.fromkeys(classes))
        groups = self._groups_of(leaving)
        if len(groups) == 1 and len(leaving) == len(self.members[groups[0]]):
            return self
        self._refuse_locked(groups)
        changes, renamed = self._left_behind(leaving, groups)
        gone = {group for group in groups if group not in changes.values()}
        ordered = [name for name in self.class_names if name in set(leaving)]
        taken = (set(self.group_names) - gone) | set(changes.values())
        return self._changed(changes | dict.fromkeys(leaving, default_name(ordered, taken)), renamed)

    def move(self, classes: Iterable[str], group: str) -> Self:
        """Let these classes leave their groups and join another.

        Raises:
            GroupingError: A class or the group is unknown, or a group is locked.
        """
        self.members_of(group)
        mapping = self.to_mapping()
        leaving = [name for name in dict.fromkeys(classes) if mapping[self._known(name)] != group]
        if not leaving:
            return self
        groups = self._groups_of(leaving)
        self._refuse_locked([group, *groups])
        changes, renamed = self._left_behind(leaving, groups)
        inside = set(leaving) | set(self.members[group])
        joined = [name for name in self.class_names if name in inside]
        name = group
        if is_default(group, self.members[group]):
            gone = {other for other in groups if set(self.members[other]) <= inside}
            name = default_name(joined, (set(self.group_names) - gone - {group}) | set(changes.values()))
        return self._changed(changes | dict.fromkeys(joined, name), renamed | {group: name})

    def dissolve(self, group: str) -> Self:
        """Make every class of a group a group of its own again.

        Raises:
            GroupingError: The group is unknown or locked.
        """
        members = self.members_of(group)
        self._refuse_locked([group])
        taken = set(self.group_names) - {group}
        changes: dict[str, str] = {}
        for member in members:
            changes[member] = default_name([member], taken)
            taken.add(changes[member])
        return self._changed(changes, {})

    def rename(self, group: str, name: str) -> Self:
        """Give a group another name.

        Raises:
            GroupingError: The group is unknown, or the name is taken or not allowed.
        """
        members = self.members_of(group)
        is_own = len(members) == 1 and name.strip() == members[0]  # a class's name may be as long as it is
        others = set(self.group_names) - {group}
        name = name.strip() if is_own and name.strip() not in others else check_new_name(name, others)
        return self._changed(dict.fromkeys(members, name), {group: name})

    def lock(self, group: str, locked: bool = True) -> Self:
        """Keep a group as it is in steps that follow, or let it be changed again.

        Raises:
            GroupingError: The group is unknown.
        """
        self.members_of(group)
        return self.marked(self.locked | {group} if locked else self.locked - {group}, self.colors)

    def color(self, group: str, index: int) -> Self:
        """Give a group a color.

        Args:
            group: Its name.
            index: Place in the palette; -1 takes its color away.

        Raises:
            GroupingError: The group is unknown.
        """
        self.members_of(group)
        colors = {**dict(self.colors), group: index}
        return self.marked(self.locked, ((name, place) for name, place in colors.items() if place >= 0))

    def marked(self, locked: Iterable[str], colors: Iterable[tuple[str, int]]) -> Self:
        """Return these groups with these locks and colors; names of other groups are passed over."""
        known = set(self.group_names)
        return type(self)(
            self.class_names,
            self.group_names,
            self.assignment,
            frozenset(locked) & known,
            tuple(sorted((name, index) for name, index in colors if name in known)),
        )

    def members_of(self, group: str) -> tuple[str, ...]:
        """Classes of a group.

        Raises:
            GroupingError: The group is unknown.
        """
        if group not in self.members:
            raise GroupingError(f"There is no group {group!r}; groups are {some(self.group_names)}.")
        return self.members[group]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.class_names)}

    def _known(self, name: str) -> str:
        if name not in self._index:
            raise GroupingError(f"There is no class {name!r}; classes are {some(self.class_names)}.")
        return name

    def _groups_of(self, classes: Iterable[str]) -> list[str]:
        places = dict.fromkeys(self.assignment[self._index[self._known(name)]] for name in classes)
        return [self.group_names[place] for place in places]

    def _refuse_locked(self, groups: Iterable[str]) -> None:
        for group in groups:
            if group in self.locked:
                raise GroupingError(
                    f"Group {group!r} is locked and stays as it is; unlock it in its menu below the matrix, "
                    f"or with 'regroup group lock --off', then do this again."
                )

    def _left_behind(
        self, leaving: Iterable[str], groups: Iterable[str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the groups of the classes left, and the new names of groups named after their classes."""
        leaves = set(leaving)
        taken = set(self.group_names)
        changes: dict[str, str] = {}
        renamed: dict[str, str] = {}
        for group in groups:
            members = self.members[group]
            left = [name for name in members if name not in leaves]
            if not left or len(left) == len(members):
                continue
            name = group
            if len(left) == 1 or is_default(group, members):
                name = default_name(left, taken - {group})
            taken.add(name)
            renamed[group] = name
            changes.update(dict.fromkeys(left, name))
        return changes, renamed

    def _changed(self, changes: Mapping[str, str], renamed: Mapping[str, str]) -> Self:
        """Return these groups with some classes elsewhere; locks and colors follow renamed groups."""
        after = self.from_mapping(self.class_names, {**self.to_mapping(), **changes})
        had = dict(self.colors)
        colors = {group: index for group, index in had.items() if group not in renamed}
        colors |= {name: had[group] for group, name in renamed.items() if group in had}
        return after.marked((renamed.get(group, group) for group in self.locked), colors.items())

"""A grouping: which classes count as one. A mapping only; images and predictions stay as they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from core.errors import GroupingError
from core.words import some

MAX_NAME_LENGTH = 60  # characters of a group's name
SEPARATOR = " + "


@dataclass(frozen=True)
class Grouping:
    """Classes divided into groups; each class is in exactly one.

    Attributes:
        class_names: The classes, in the order of the predictions' columns.
        group_names: The groups, unique, in order of their first class.
        assignment: For each class the index of its group, shape ``(num_classes,)``.

    >>> grouping = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])
    >>> grouping.group_names
    ('cat + dog', 'car')
    >>> grouping.rename("cat + dog", "pet").to_mapping()
    {'cat': 'pet', 'dog': 'pet', 'car': 'car'}
    """

    class_names: tuple[str, ...]
    group_names: tuple[str, ...]
    assignment: tuple[int, ...]

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
        missing = [name for name in names if name not in mapping]
        unknown = [name for name in mapping if name not in set(names)]
        if missing or unknown:
            what = f"lacks {some(missing)}" if missing else f"names {some(unknown)}, not among the classes"
            raise GroupingError(f"The grouping {what}; give each class of the dataset exactly one group.")
        group_names = tuple(dict.fromkeys(check_group_name(mapping[name]) for name in names))
        index = {group: position for position, group in enumerate(group_names)}
        return cls(names, group_names, tuple(index[mapping[name].strip()] for name in names))

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
            group = _default_name(classes, taken)
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
            GroupingError: A class is unknown, or the name is taken or not allowed.
        """
        mapping = self.to_mapping()
        groups = list(dict.fromkeys(mapping[self._known(c)] for c in classes))
        joined = [c for c, group in mapping.items() if group in groups]
        if len(groups) < 2:
            return self
        others = {group for group in self.group_names if group not in groups}
        if name is None:
            chosen = [g for g in groups if g != _default_name(self.members[g], set())]
            given = max(chosen, key=lambda g: len(self.members[g])) if chosen else None
            name = given if given and given not in others else _default_name(joined, others)
        if name.strip() in others:
            raise GroupingError(f"There is already a group named {name.strip()!r}; choose another name.")
        return self.from_mapping(self.class_names, {**mapping, **dict.fromkeys(joined, name)})

    def rename(self, group: str, name: str) -> Self:
        """Give a group another name.

        Raises:
            GroupingError: The group is unknown, or the name is taken or not allowed.
        """
        members = self.members_of(group)
        if name.strip() != group and name.strip() in self.group_names:
            raise GroupingError(f"There is already a group named {name.strip()!r}; choose another name.")
        return self.from_mapping(self.class_names, {**self.to_mapping(), **dict.fromkeys(members, name)})

    def split(self, group: str) -> Self:
        """Make every class of a group a group of its own again.

        Raises:
            GroupingError: The group is unknown.
        """
        members = self.members_of(group)
        others = {name for name in self.group_names if name != group}
        changes: dict[str, str] = {}
        for member in members:
            changes[member] = _default_name([member], others | set(changes.values()))
        return self.from_mapping(self.class_names, {**self.to_mapping(), **changes})

    def members_of(self, group: str) -> tuple[str, ...]:
        """Classes of a group.

        Raises:
            GroupingError: The group is unknown.
        """
        if group not in self.members:
            raise GroupingError(f"There is no group {group!r}; groups are {some(self.group_names)}.")
        return self.members[group]

    def _known(self, name: str) -> str:
        if name not in self.class_names:
            raise GroupingError(f"There is no class {name!r}; classes are {some(self.class_names)}.")
        return name


def check_group_name(name: str) -> str:
    """Return a group's name stripped.

    Raises:
        GroupingError: It is empty, too long or has control characters.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise GroupingError(f"{name!r} cannot be a group's name; use at least one visible character.")
    return name


def _default_name(classes: Iterable[str], taken: set[str]) -> str:
    names = list(classes)
    text = SEPARATOR.join(names)
    if len(text) > MAX_NAME_LENGTH:
        text = f"{names[0][:40]} and {len(names) - 1} more" if len(names) > 1 else names[0]
    name, number = text, 2
    while name in taken:
        name, number = f"{text} ({number})", number + 1
    return name

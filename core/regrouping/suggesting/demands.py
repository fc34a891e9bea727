"""Wishes, locked groups and the limit of group sizes, worked out for a search; contradictions are refused.

Classes that have to be together (must-link, locked) are one *unit* from the start. All methods merge units
and ask ``Demands`` which two may come together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.errors import GroupingError
from core.regrouping.suggesting.settings import SearchSettings
from core.words import some

MIN_GROUPS = 2
BLOB_SHARE = 3  # no group may hold more than one class in so many, unless that is asked for
SOFT_FACTOR = 6  # a group grows beyond so many times the average size only where nothing else can be merged


@dataclass(frozen=True)
class Demands:
    """What suggested groups have to honor, by units of classes.

    Attributes:
        class_names: The classes.
        unit: The unit of each class, int64, shape ``(num_classes,)``, values 0 to ``num_units - 1``.
        sizes: Classes in each unit, int64, shape ``(num_units,)``.
        apart: Which two units must not be in one group, bool, shape ``(num_units, num_units)``.
        locked: Which units are whole groups, bool, shape ``(num_units,)``.
        max_size: Classes that one group may hold by the person's wish; the number of classes without one.
        allow_blob: Whether a group may hold more than a third of the classes.
    """

    class_names: tuple[str, ...]
    unit: np.ndarray
    sizes: np.ndarray
    apart: np.ndarray
    locked: np.ndarray
    max_size: int
    allow_blob: bool = False

    @classmethod
    def of(cls, class_names: Sequence[str], settings: SearchSettings) -> Self:
        """Work out the settings' wishes and locked groups.

        Raises:
            GroupingError: A class is unknown, or two wishes contradict each other.
        """
        names = tuple(class_names)
        wishes = settings.wishes.check(names)
        index = {name: position for position, name in enumerate(names)}
        locked = [[_known(index, name) for name in group] for group in settings.locked]
        linked = [[index[first], index[second]] for first, second in wishes.must_link]
        unit = _join(len(names), [*locked, *linked])
        is_locked = np.zeros(int(unit.max(initial=-1)) + 1, dtype=bool)
        is_locked[[unit[group[0]] for group in locked if group]] = True
        _check_locked(names, unit, locked)
        sizes = np.bincount(unit)
        apart = np.logical_or.outer(is_locked, is_locked)
        _keep_apart(apart, names, unit, index, settings)
        np.fill_diagonal(apart, False)
        max_size = wishes.max_size or len(names)
        too_large = np.flatnonzero((sizes > max_size) & ~is_locked)
        if too_large.size:
            together = [names[k] for k in np.flatnonzero(unit == too_large[0])]
            raise GroupingError(
                f"{some(together)} have to be in one group, but no group may hold more than {max_size}; "
                f"allow larger groups or take away a must-link pair."
            )
        return cls(names, unit, sizes, apart, is_locked, max_size, settings.allow_blob)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def num_units(self) -> int:
        """Number of units: the largest possible number of groups."""
        return len(self.sizes)

    def hard_cap(self, num_groups: int) -> int:
        """Return how many classes one of ``num_groups`` groups may hold at most."""
        if self.allow_blob:
            return self.max_size
        num_free = self.num_classes - int(self.sizes[self.locked].sum())
        even = math.ceil(num_free / max(num_groups - int(self.locked.sum()), 1))
        return min(self.max_size, max(even, self.num_classes // BLOB_SHARE))

    def soft_cap(self, num_groups: int) -> int:
        """Return how many classes one of ``num_groups`` groups should hold at most."""
        if self.allow_blob:
            return self.max_size
        return min(self.hard_cap(num_groups), math.ceil(SOFT_FACTOR * self.num_classes / num_groups))

    def joined(self, assignment: np.ndarray) -> Self:
        """Return the demands on groups of units, each taken as one unit.

        Args:
            assignment: Group of each unit, int, shape ``(num_units,)``, values 0 to ``num_groups - 1``.
        """
        num_groups = int(assignment.max(initial=-1)) + 1
        apart = np.zeros((num_groups, num_groups), dtype=bool)
        first, second = np.nonzero(self.apart)
        apart[assignment[first], assignment[second]] = True
        np.fill_diagonal(apart, False)
        locked = np.zeros(num_groups, dtype=bool)
        locked[assignment[self.locked]] = True
        return replace(
            self,
            unit=assignment[self.unit],
            sizes=np.bincount(assignment, self.sizes, num_groups).astype(np.int64),
            apart=apart,
            locked=locked,
        )

    def check_number(self, num_groups: int) -> None:
        """Refuse a number of groups that no grouping can have.

        Raises:
            GroupingError: It is out of range.
        """
        if not MIN_GROUPS <= num_groups <= self.num_classes:
            raise GroupingError(
                f"{num_groups} groups cannot be made of {self.num_classes} classes; "
                f"choose a number from {MIN_GROUPS} to {self.num_classes}."
            )
        if num_groups > self.num_units:
            raise GroupingError(
                f"{num_groups} groups cannot be made: must-link pairs and locked groups leave "
                f"{self.num_units} at most; ask for fewer groups, or take a pair away or unlock a group."
            )


def max_group_size(num_classes: int, num_groups: int) -> int:
    """Return how many classes one suggested group holds at most where nothing else is wished.

    A third of the classes or six times the average size, whichever is less, or as many as even groups need.

    >>> max_group_size(12, 4), max_group_size(73, 42), max_group_size(1000, 100)
    (4, 11, 60)
    """
    most = min(num_classes // BLOB_SHARE, math.ceil(SOFT_FACTOR * num_classes / num_groups))
    return max(math.ceil(num_classes / num_groups), most)


def _known(index: dict[str, int], name: str) -> int:
    if name not in index:
        raise GroupingError(
            f"A locked group names {name!r}, not among the classes {some(tuple(index))}; unlock that group."
        )
    return index[name]


def _join(num_classes: int, linked: Sequence[Sequence[int]]) -> np.ndarray:
    """Number the sets of classes that are linked, directly or over others, in order of their first class."""
    root = list(range(num_classes))

    def find(k: int) -> int:
        while root[k] != k:
            root[k] = root[root[k]]
            k = root[k]
        return k

    for classes in linked:
        for other in classes[1:]:
            first, second = sorted((find(classes[0]), find(other)))
            root[second] = first
    numbers = {r: position for position, r in enumerate(sorted({find(k) for k in range(num_classes)}))}
    return np.array([numbers[find(k)] for k in range(num_classes)], dtype=np.int64)


def _check_locked(names: tuple[str, ...], unit: np.ndarray, locked: Sequence[Sequence[int]]) -> None:
    """Refuse must-link pairs and locked groups that would make a locked group grow."""
    for group in locked:
        grown = np.flatnonzero(unit == unit[group[0]]) if group else np.zeros(0, np.int64)
        if len(grown) > len(set(group)):
            outside = next(names[k] for k in grown if k not in group)
            raise GroupingError(
                f"The locked group of {some([names[k] for k in group])} would have to take in {outside!r}; "
                f"unlock the group or take the must-link pair away."
            )


def _keep_apart(
    apart: np.ndarray,
    names: tuple[str, ...],
    unit: np.ndarray,
    index: dict[str, int],
    settings: SearchSettings,
) -> None:
    """Enter never-link pairs and the hierarchy into ``apart``; locked groups are never taken apart by it."""
    for first, second in settings.wishes.never_link:
        a, b = unit[index[first]], unit[index[second]]
        if a == b:
            raise GroupingError(
                f"{first!r} and {second!r} must never be in one group, but must-link pairs or a locked group "
                f"put them together; take one of the wishes away."
            )
        apart[a, b] = apart[b, a] = True
    parents = settings.wishes.parents
    if parents is None:
        return
    numbers = {parent: position for position, parent in enumerate(dict.fromkeys(parents.values()))}
    parent_of_class = np.array([numbers[parents[name]] for name in names])
    first_class = np.unique(unit, return_index=True)[1]
    parent_of_unit = parent_of_class[first_class]
    wrong = np.flatnonzero(parent_of_unit[unit] != parent_of_class)
    for k in wrong:
        pair = names[first_class[unit[k]]], names[k]
        if not any({*pair} <= {*group} for group in settings.locked):
            raise GroupingError(
                f"{pair[0]!r} and {pair[1]!r} have to be in one group, but the hierarchy gives them "
                f"different parents, {parents[pair[0]]!r} and {parents[pair[1]]!r}; take the must-link "
                f"pair or the hierarchy away."
            )
    apart |= np.not_equal.outer(parent_of_unit, parent_of_unit)

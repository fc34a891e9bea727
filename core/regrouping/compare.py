"""What differs between two groupings of the same classes, and how much they agree.

Groups are matched so that as many classes as possible stay where they are (assignment problem; Kuhn,
1955, https://doi.org/10.1002/nav.3800020109); the others have moved. Agreement is the Rand index adjusted
for chance (Hubert and Arabie, 1985, https://doi.org/10.1007/BF01908075).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.names import is_default
from core.words import counted, some


@dataclass(frozen=True)
class Move:
    """A class that is elsewhere.

    Attributes:
        name: The class.
        before: Its group in the first grouping.
        after: Its group in the second grouping.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What differs between two groupings.

    Attributes:
        moves: Classes that left their group, in the order of the classes.
        renamed: Pairs of names of groups that are matched but called otherwise.
        adjusted_rand: 1 for the same groups, about 0 for groups that agree as by chance.
        num_groups: Number of groups of both.
    """

    moves: tuple[Move, ...]
    renamed: tuple[tuple[str, str], ...]
    adjusted_rand: float
    num_groups: tuple[int, int]

    @property
    def sentence(self) -> str:
        """The difference in words."""
        if not self.moves and not self.renamed:
            return "Both are the same."
        num_moves = len(self.moves)
        moved = "1 class has" if num_moves == 1 else f"{num_moves or 'no'} classes have"
        renamed = f", {counted(len(self.renamed), 'group')} renamed" if self.renamed else ""
        first, second = self.num_groups
        return (
            f"{moved[:1].upper()}{moved[1:]} moved, from {first} to {second} groups{renamed}; "
            f"adjusted Rand index {self.adjusted_rand:.3f}."
        )


def compare_groupings(first: Grouping, second: Grouping) -> Difference:
    """Return what leads from one grouping to another of the same classes.

    Raises:
        GroupingError: They are for different classes.

    >>> start = Grouping.identity(["cat", "dog", "car", "bus"]).merge(["cat", "dog"], "pet")
    >>> found = compare_groupings(start, start.move(["car"], "pet").rename("pet", "any"))
    >>> found.moves, found.renamed
    ((Move(name='car', before='car', after='any'),), (('pet', 'any'),))
    """
    second = _in_order_of(second, first)
    overlap = _overlaps(first, second)
    partner = _match(*overlap, first.num_groups)
    moves = tuple(
        Move(name, first.group_names[before], second.group_names[after])
        for name, before, after in zip(first.class_names, first.assignment, second.assignment, strict=True)
        if partner.get(before) != after
    )
    names = [(first.group_names[before], second.group_names[after]) for before, after in partner.items()]
    renamed = tuple(pair for pair in sorted(names) if pair[0] != pair[1] and _is_renamed(first, second, pair))
    score = adjusted_rand(first.group_of_class, second.group_of_class)
    return Difference(moves, renamed, score, (first.num_groups, second.num_groups))


def adjusted_rand(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Rand index of two assignments, adjusted for chance.

    Args:
        first: Group of each class, integers, shape ``(num_classes,)``.
        second: The same of another grouping.

    Returns:
        1 for the same groups, 0 on average for groups of the same sizes drawn by chance, below -0.5 never.

    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([5, 5, 2, 2]))
    1.0
    """
    _, pairs = np.unique(np.stack([first, second]), axis=1, return_counts=True)
    together, of_first, of_second = (
        float((sizes * (sizes - 1) // 2).sum())
        for sizes in (pairs, *(np.unique(each, return_counts=True)[1] for each in (first, second)))
    )
    num_pairs = len(first) * (len(first) - 1) / 2
    expected = of_first * of_second / num_pairs if num_pairs else 0.0
    highest = (of_first + of_second) / 2
    return 1.0 if highest == expected else (together - expected) / (highest - expected)


def _in_order_of(grouping: Grouping, other: Grouping) -> Grouping:
    if grouping.class_names == other.class_names:
        return grouping
    only = [name for name in grouping.class_names if name not in set(other.class_names)]
    lacks = [name for name in other.class_names if name not in set(grouping.class_names)]
    if only or lacks:
        raise GroupingError(
            f"The two groupings are for different classes ({some(only or lacks)} in one of them only); "
            f"compare groupings of one dataset."
        )
    return Grouping.from_mapping(other.class_names, grouping.to_mapping())


def _overlaps(first: Grouping, second: Grouping) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Groups of both that share classes, and how many classes, each of shape ``(num_overlaps,)``."""
    pairs = np.stack([first.group_of_class, second.group_of_class])
    (rows, columns), counts = np.unique(pairs, axis=1, return_counts=True)
    return rows, columns, counts


def _match(rows: np.ndarray, columns: np.ndarray, counts: np.ndarray, num_rows: int) -> dict[int, int]:
    """Match groups so that the sum of their overlaps is largest, one part of linked groups at a time."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    partner: dict[int, int] = {}
    for chosen in _linked(rows, columns, num_rows):
        left, row = np.unique(rows[chosen], return_inverse=True)
        right, column = np.unique(columns[chosen], return_inverse=True)
        overlap = np.zeros((len(left), len(right)))
        overlap[row, column] = counts[chosen]
        for one, other in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
            if overlap[one, other]:
                partner[int(left[one])] = int(right[other])
    return partner


def _linked(rows: np.ndarray, columns: np.ndarray, num_rows: int) -> Iterator[np.ndarray]:
    """Divide overlaps into parts that share no group, each the indices of its overlaps."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    size = num_rows + int(columns.max(initial=-1)) + 1
    links = coo_array((np.ones(len(rows)), (rows, columns + num_rows)), shape=(size, size))
    part = connected_components(links.tocsr(), directed=False)[1][rows]
    order = np.argsort(part, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(part[order])) + 1)


def _is_renamed(first: Grouping, second: Grouping, pair: tuple[str, str]) -> bool:
    """Whether a person gave the name: not to a group named after its classes, or of a class that joined."""
    before, after = first.members[pair[0]], second.members[pair[1]]
    return (len(before) == 1) == (len(after) == 1) and not is_default(pair[1], after)

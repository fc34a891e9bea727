"""The dendrogram: which classes are merged first when the most confused ones come together one by one.

Method: average linkage (Sokal and Michener, 1958) of row-normalized, symmetrized confusions, by SciPy. What
is never confused has nothing to tell which of it belongs together: it is merged smallest first, so that no
group swallows all others. Children lie in the order of Bar-Joseph, Gifford and Jaakkola (2001),
https://doi.org/10.1093/bioinformatics/17.suppl_1.S22, which puts the most confused leaves side by side; above
``MAX_OPTIMAL`` classes in that of Gruvaeus and Wainer (1972),
https://doi.org/10.1111/j.2044-8317.1972.tb00491.x, which looks at the ends of two branches only.
"""

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.ordering.similarity import as_sparse, sparse_similarity
from core.regrouping.scoring.counts import SparseCounts

MAX_OPTIMAL = 400  # classes; above, the optimal order of the leaves takes longer than a person waits
APART = 1 - 1e-9  # height from which two groups count as never confused


@dataclass(frozen=True, eq=False)
class MergeTree:
    """Classes merged two by two until one group is left; nodes are numbered as in SciPy's linkage.

    Node ``i`` below ``num_classes`` is class ``i``, node ``num_classes + k`` is what merge ``k`` made.

    Attributes:
        left: Upper branch of each merge, int64, shape ``(num_classes - 1,)``.
        right: Lower branch, like ``left``.
        height: One minus the mean similarity of the two, never falling, 0-1, float64, like ``left``.
    """

    left: np.ndarray
    right: np.ndarray
    height: np.ndarray

    @property
    def num_classes(self) -> int:
        """Number of leaves."""
        return len(self.left) + 1

    @cached_property
    def leaves(self) -> np.ndarray:
        """Classes from top to bottom, without crossings, int64, shape ``(num_classes,)``."""
        order: list[int] = []
        open_nodes = [2 * self.num_classes - 2]
        while open_nodes:
            node = open_nodes.pop()
            if node < self.num_classes:
                order.append(node)
            else:
                merge = node - self.num_classes
                open_nodes += [int(self.right[merge]), int(self.left[merge])]
        return np.array(order, np.int64)

    def cut(self, num_groups: int) -> np.ndarray:
        """Return a group number for each class when ``num_groups`` are left, int64, ``(num_classes,)``.

        Groups are numbered by their first class.

        Raises:
            GroupingError: ``num_groups`` is out of range.
        """
        num_classes = self.num_classes
        if not 1 <= num_groups <= num_classes:
            raise GroupingError(
                f"A tree of {num_classes} classes cannot be cut into {num_groups} groups; "
                f"choose a number from 1 to {num_classes}."
            )
        num_merges = num_classes - num_groups
        top = np.arange(num_classes + num_merges)
        for merge in range(num_merges - 1, -1, -1):  # from the top down: what a node becomes is known
            group = top[num_classes + merge]
            top[self.left[merge]] = top[self.right[merge]] = group
        _, first, number = np.unique(top[:num_classes], return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[number].astype(np.int64)

    @classmethod
    def of_one(cls) -> Self:
        """The tree of a single class."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def merge_tree(counts: np.ndarray | SparseCounts) -> MergeTree:
    """Return the dendrogram of a confusion matrix.

    Args:
        counts: Counts on validation, at least one class, shape ``(num_classes, num_classes)``.

    >>> tree = merge_tree(np.array([[6, 4, 0], [2, 8, 0], [0, 1, 9]]))
    >>> tree.cut(2).tolist(), tree.height.round(3).tolist()
    ([0, 0, 1], [0.7, 0.975])
    """
    cells = as_sparse(counts)
    if cells.num_classes < 2:
        return MergeTree.of_one()
    from scipy.cluster.hierarchy import linkage, optimal_leaf_ordering  # noqa: PLC0415

    distance = _condensed_distance(cells)
    merges = _smallest_first(linkage(distance, method="average"))
    if 2 < cells.num_classes <= MAX_OPTIMAL:
        merges = optimal_leaf_ordering(merges, distance)
        left, right = merges[:, 0].astype(np.int64), merges[:, 1].astype(np.int64)
    else:
        left, right = _turn_ends(merges[:, :2].astype(np.int64), distance)
    return MergeTree(left, right, np.clip(merges[:, 2], 0, 1))


def cut_grouping(tree: MergeTree, grouping: Grouping, num_groups: int) -> Grouping:
    """Return the groups of a cut tree; locked groups stay as they are, besides.

    Groups whose classes do not change keep name and color. With locked groups there can be some groups more
    or fewer than ``num_groups``: their classes are taken out of the groups of the cut.

    Raises:
        GroupingError: ``num_groups`` is out of range.
    """
    assignment = tree.cut(num_groups)
    for number, group in enumerate(grouping.group_names):
        if group in grouping.locked:
            assignment[grouping.group_of_class == number] = tree.num_classes + number
    return regroup_like(grouping, assignment)


def regroup_like(grouping: Grouping, assignment: np.ndarray) -> Grouping:
    """Return a grouping by numbers, in which groups that were there before keep name, color and lock.

    Args:
        grouping: The groups before.
        assignment: A number for each class, equal ones are a group, shape ``(num_classes,)``.
    """
    known = {members: group for group, members in grouping.members.items()}
    members_of = Grouping.from_assignment(grouping.class_names, assignment).members
    names = {group: known[members] for group, members in members_of.items() if members in known}
    taken = set(names.values())
    for group in members_of:
        name, number = names.get(group, group), 2
        while group not in names and name in taken:
            name, number = f"{group} ({number})", number + 1
        names[group] = name
        taken.add(name)
    mapping = {member: names[group] for group, members in members_of.items() for member in members}
    made = Grouping.from_mapping(grouping.class_names, mapping)
    same = {group for group in made.members if made.members[group] == grouping.members.get(group)}
    colors = [(group, index) for group, index in grouping.colors if group in same]
    return made.marked(grouping.locked & same, colors)


def _condensed_distance(cells: SparseCounts) -> np.ndarray:
    """One minus the similarity of each pair, laid out as by ``scipy.spatial.distance.squareform``."""
    similarity = sparse_similarity(cells).tocoo()
    upper = similarity.row < similarity.col
    first, second = similarity.row[upper].astype(np.int64), similarity.col[upper].astype(np.int64)
    num_classes = cells.num_classes
    distance = np.ones(num_classes * (num_classes - 1) // 2)
    distance[_place(first, second, num_classes)] -= similarity.data[upper]
    return distance


def _place(first: Any, second: Any, num_classes: int) -> Any:
    """Where pairs, the lower class first, stand in the condensed distances; whole numbers or arrays."""
    return num_classes * first - first * (first + 1) // 2 + second - first - 1


def _smallest_first(merges: np.ndarray) -> np.ndarray:
    """Merge what is never confused by size instead of by chance; ``merges`` as SciPy's linkage."""
    num_classes = len(merges) + 1
    num_close = int(np.searchsorted(merges[:, 2], APART))
    size = np.concatenate([np.ones(num_classes), merges[:num_close, 3]]).astype(np.int64)
    free = np.ones(len(size), bool)
    free[merges[:num_close, :2].astype(np.int64)] = False
    apart = [(int(size[node]), int(node)) for node in np.flatnonzero(free)]
    heapq.heapify(apart)
    for merge in range(num_close, num_classes - 1):
        (first_size, first), (second_size, second) = heapq.heappop(apart), heapq.heappop(apart)
        total = first_size + second_size
        merges[merge] = min(first, second), max(first, second), 1, total
        heapq.heappush(apart, (total, num_classes + merge))
    return merges


def _turn_ends(children: np.ndarray, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lay each two branches with their nearest ends side by side (Gruvaeus and Wainer).

    Args:
        children: The two nodes of each merge, int64, shape ``(num_classes - 1, 2)``.
        distance: Condensed distances of the classes.

    Returns:
        Upper and lower branch of each merge, int64, shapes ``(num_classes - 1,)``.
    """
    num_classes = len(children) + 1
    leaves: dict[int, list[int]] = {leaf: [leaf] for leaf in range(num_classes)}

    def gap(one: int, other: int) -> float:
        return float(distance[_place(min(one, other), max(one, other), num_classes)])

    for merge, (first, second) in enumerate(children.tolist()):
        upper, lower = leaves.pop(first), leaves.pop(second)
        ends = [(end, start) for end in (-1, 0) for start in (0, -1)]
        end, start = min(ends, key=lambda pair: gap(upper[pair[0]], lower[pair[1]]))
        upper = upper if end else upper[::-1]
        lower = lower[::-1] if start else lower
        leaves[num_classes + merge] = upper + lower
    position = np.empty(2 * num_classes - 1, np.int64)
    position[leaves[2 * num_classes - 2]] = np.arange(num_classes)
    for merge, (first, second) in enumerate(children.tolist()):
        position[num_classes + merge] = min(position[first], position[second])
    turned = position[children[:, 0]] > position[children[:, 1]]
    return np.where(turned, *children.T[::-1]), np.where(turned, *children.T)

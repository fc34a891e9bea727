"""Groups proposed from the confusions: classes that are often taken for each other come together.

Method: agglomeration by average linkage (Sokal and Michener, 1958) on row-normalized, symmetrized
confusions. Two things keep it from making one giant blob: rows are normalized, so that a large class
does not attract all others; and no group may hold more than a third of the classes or six times the
average group size, whichever is less (see ``max_group_size``), unless the number asked for cannot be
reached otherwise.
"""

import math
from collections.abc import Sequence

import numpy as np

from core.errors import GroupingError
from core.evaluation.confusion import class_similarity
from core.regrouping.grouping import Grouping

MIN_GROUPS = 2


def suggest_grouping(confusion: np.ndarray, class_names: Sequence[str], num_groups: int) -> Grouping:
    """Return exactly ``num_groups`` groups of classes that are confused with each other.

    Classes without images stay alone as long as the others can be merged into at least two groups; then
    they are put together, since nothing is known of them.

    Args:
        confusion: Counts on the validation split, shape ``(num_classes, num_classes)``.
        class_names: Names of the classes, ``num_classes`` of them.
        num_groups: How many groups, from 2 to the number of classes.

    Raises:
        GroupingError: ``num_groups`` is out of range.
    """
    num_classes = len(class_names)
    if not MIN_GROUPS <= num_groups <= num_classes:
        raise GroupingError(
            f"{num_groups} groups cannot be made of {num_classes} classes; "
            f"choose a number from {MIN_GROUPS} to {num_classes}."
        )
    seen = np.flatnonzero(confusion.sum(axis=1) > 0)
    empty = np.flatnonzero(confusion.sum(axis=1) == 0)
    num_seen_groups = min(len(seen), max(num_groups - len(empty), MIN_GROUPS))
    assignment = np.zeros(num_classes, np.int64)
    if len(seen):
        similarity = class_similarity(confusion)[np.ix_(seen, seen)]
        assignment[seen] = agglomerate(similarity, num_seen_groups)
    num_left = num_groups - num_seen_groups
    if num_left:
        assignment[empty] = num_seen_groups + np.minimum(np.arange(len(empty)), num_left - 1)
    else:
        assignment[empty] = np.bincount(assignment[seen], minlength=num_groups).argmin()
    return Grouping.from_assignment(class_names, assignment)


def max_group_size(num_classes: int, num_groups: int) -> int:
    """Return how many classes one suggested group may hold.

    >>> max_group_size(12, 4), max_group_size(73, 42), max_group_size(1000, 100)
    (4, 11, 60)
    """
    return max(
        math.ceil(num_classes / num_groups),
        min(math.ceil(num_classes / 3), math.ceil(6 * num_classes / num_groups)),
    )


def agglomerate(similarity: np.ndarray, num_groups: int) -> np.ndarray:
    """Merge the two most similar groups again and again until ``num_groups`` are left.

    The similarity of two groups is the mean over their pairs of classes. Groups without any similarity
    left are merged smallest first.

    Args:
        similarity: Symmetric, shape ``(num_classes, num_classes)``, not negative.
        num_groups: How many groups to leave, at least 1.

    Returns:
        A group number for each class, int64, shape ``(num_classes,)``.
    """
    num_classes = len(similarity)
    cap = max_group_size(num_classes, num_groups)
    sums = similarity.astype(np.float64)
    sizes = np.ones(num_classes, np.int64)  # 0: merged into another
    assignment = np.arange(num_classes)
    means = _allowed_means(sums, sizes, cap)
    for _ in range(num_classes - num_groups):
        if not np.isfinite(means).any():
            # The groups do not fit together under the cap: allow the two smallest.
            cap = int(np.sort(sizes[sizes > 0])[:2].sum())
            means = _allowed_means(sums, sizes, cap)
        keep, drop = _best_pair(means, sizes)
        assignment[assignment == drop] = keep
        sums[keep] += sums[drop]
        sums[:, keep] += sums[:, drop]
        sizes[keep] += sizes[drop]
        sizes[drop] = 0
        means[drop] = -np.inf
        means[:, drop] = -np.inf
        row = _allowed_row(sums, sizes, keep, cap)
        means[keep] = row
        means[:, keep] = row
    return np.unique(assignment, return_inverse=True)[1]


def _best_pair(means: np.ndarray, sizes: np.ndarray) -> tuple[int, int]:
    best = int(means.argmax())
    if means.flat[best] <= 0:
        total = np.where(np.isfinite(means), sizes[:, None] + sizes[None, :], np.iinfo(np.int64).max)
        best = int(total.argmin())
    first, second = divmod(best, len(means))
    return min(first, second), max(first, second)


def _allowed_means(sums: np.ndarray, sizes: np.ndarray, cap: int) -> np.ndarray:
    return np.stack([_allowed_row(sums, sizes, group, cap) for group in range(len(sizes))])


def _allowed_row(sums: np.ndarray, sizes: np.ndarray, group: int, cap: int) -> np.ndarray:
    """Mean similarity of a group to every other, minus infinity where the two may not be merged."""
    row = sums[group] / np.maximum(sizes[group] * sizes, 1)
    allowed = (sizes > 0) & (sizes[group] > 0) & (sizes + sizes[group] <= cap)
    allowed[group] = False
    return np.where(allowed, row, -np.inf)

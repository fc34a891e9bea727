"""Give units a place in a fixed number of groups where merging alone came to an end.

With pairs that must stay apart this is coloring a graph, with limits of size packing of bins: no quick way
is sure to find an answer. Backtracking with a budget is sure for few classes and finds most for many.
"""

import numpy as np

from core.regrouping.suggesting.demands import Demands

MAX_TRIES = 20_000  # placements tried before a number of groups counts as not found


def dissolve_smallest(
    assignment: np.ndarray, sums: np.ndarray, demands: Demands, cap: int
) -> np.ndarray | None:
    """Dissolve the smallest group all of whose units find a place in other groups.

    Args:
        assignment: Group of each unit, int, shape ``(num_units,)``.
        sums: Similarity added over pairs of classes, shape ``(num_units, num_units)``.
        demands: What is demanded.
        cap: How many classes one group may hold.

    Returns:
        The groups without that one, or None when every group has a unit that fits nowhere.
    """
    num_groups = int(assignment.max()) + 1
    sizes = np.bincount(assignment, demands.sizes, num_groups)
    locked = np.bincount(assignment, demands.locked, num_groups) > 0
    for group in np.argsort(sizes, kind="stable"):
        if locked[group]:
            continue
        found, room = assignment.copy(), np.where(locked, 0, cap - sizes)
        room[group] = 0
        units = np.flatnonzero(assignment == group)
        if all(_move(unit, found, room, sums, demands) for unit in units[np.argsort(-demands.sizes[units])]):
            return np.unique(found, return_inverse=True)[1]
    return None


def _move(unit: int, found: np.ndarray, room: np.ndarray, sums: np.ndarray, demands: Demands) -> bool:
    """Put a unit into the group with room that it is most similar to on average; False when there is none."""
    clash = np.bincount(found, demands.apart[unit], len(room)) > 0
    allowed = (room >= demands.sizes[unit]) & ~clash
    if not allowed.any():
        return False
    others = np.bincount(found, demands.sizes, len(room))
    means = np.bincount(found, sums[unit], len(room)) / np.maximum(others, 1)
    target = int(np.where(allowed, means, -1).argmax())
    room[target] -= demands.sizes[unit]
    found[unit] = target
    return True


def place_units(sums: np.ndarray, demands: Demands, num_groups: int) -> np.ndarray | None:
    """Place all units in at most ``num_groups`` groups, the hardest first, taking back what leads nowhere.

    Args:
        sums: Similarity added over pairs of classes, shape ``(num_units, num_units)``.
        demands: What is demanded.
        num_groups: How many groups there may be, locked ones among them.

    Returns:
        Group of each unit, int64, shape ``(num_units,)``; None when no place was found for all.
    """
    cap = demands.hard_cap(num_groups)
    free = np.flatnonzero(~demands.locked)
    num_free = num_groups - int(demands.locked.sum())
    if len(free) and num_free < 1:
        return None
    order = free[np.lexsort((free, -demands.apart[free].sum(axis=1), -demands.sizes[free]))]
    place = np.full(demands.num_units, -1)
    options: list[list[int]] = []
    for _ in range(MAX_TRIES):
        depth = len(options)
        if depth == len(order):
            break
        options.append(_options(order[depth], place, sums, demands, cap=cap, num_groups=num_free))
        while options and not options[-1]:
            options.pop()
            if options:
                place[order[len(options) - 1]] = -1
        if not options:
            return None
        place[order[len(options) - 1]] = options[-1].pop()
    if len(options) < len(order):
        return None
    place[demands.locked] = num_free + np.arange(int(demands.locked.sum()))
    return np.unique(place, return_inverse=True)[1].astype(np.int64)


def _options(
    unit: int, place: np.ndarray, sums: np.ndarray, demands: Demands, *, cap: int, num_groups: int
) -> list[int]:
    """Return the groups that a unit may join, the best last: similar ones, then one that is empty."""
    placed = np.flatnonzero(place >= 0)
    groups = place[placed]
    sizes = np.bincount(groups, demands.sizes[placed], num_groups)
    clash = np.bincount(groups, demands.apart[unit, placed], num_groups) > 0
    means = np.bincount(groups, sums[unit, placed], num_groups) / np.maximum(sizes, 1)
    used = int((sizes > 0).sum())
    # A unit larger than the limit is wished for by itself: it may stand alone.
    allowed = ((sizes + demands.sizes[unit] <= cap) | (sizes == 0)) & ~clash
    allowed[used + 1 :] = False  # of empty groups the first stands for all
    means[used:] = -1
    return [int(k) for k in np.argsort(means, kind="stable") if allowed[k]]

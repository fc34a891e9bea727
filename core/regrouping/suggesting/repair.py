"""Make any division of units honor the demands, with exactly the number of groups asked for.

Spectral clustering and communities know nothing of wishes, and a search step by step may come to an end too
early. What is wrong is mended with as little change as possible, by average similarity:

1. a group that breaks a demand is taken apart and merged again as far as the demands allow;
2. too many groups are merged step by step; where that comes to an end, the smallest group whose units find
   place in others is dissolved; where there is none, units are placed one by one, with backtracking;
3. too few groups: the weakest merge within a group is undone, again and again.
"""

import heapq

import numpy as np

from core.errors import GroupingError
from core.regrouping.suggesting.agglomerative import AverageLinkage, sum_units
from core.regrouping.suggesting.demands import Demands
from core.regrouping.suggesting.merging import Merger
from core.regrouping.suggesting.placing import dissolve_smallest, place_units


def repair(
    assignment: np.ndarray,
    similarity: np.ndarray,
    demands: Demands,
    num_groups: int,
    *,
    has_images: np.ndarray,
) -> np.ndarray:
    """Return groups that honor the demands, ``num_groups`` of them.

    Args:
        assignment: Group of each unit, int, shape ``(num_units,)``.
        similarity: Of the classes, symmetric, 0-1, shape ``(num_classes, num_classes)``.
        demands: What is demanded.
        num_groups: How many groups; at most as many as units.
        has_images: Which units have images, bool, shape ``(num_units,)``.

    Returns:
        Group of each unit, int64, shape ``(num_units,)``, values 0 to ``num_groups - 1``.

    Raises:
        GroupingError: No grouping of that many groups was found that honors the demands.
    """
    cap = demands.hard_cap(num_groups)
    whole = np.where(demands.locked, demands.num_units + np.arange(demands.num_units), assignment)
    whole = np.unique(whole, return_inverse=True)[1]
    if whole.max(initial=-1) + 1 < demands.num_units:
        whole = _split_wrong(whole, similarity, demands, cap)
    if whole.max(initial=-1) + 1 > num_groups:
        whole = _merge_to(whole, similarity, demands, num_groups, has_images=has_images)
    if whole.max(initial=-1) + 1 > num_groups:
        whole = _squeeze(whole, similarity, demands, num_groups)
    return _split_weakest(whole, similarity, demands, num_groups)


def _split_wrong(assignment: np.ndarray, similarity: np.ndarray, demands: Demands, cap: int) -> np.ndarray:
    """Take groups apart that break a demand, and merge their units as far as is allowed."""
    found = assignment.copy()
    next_number = int(assignment.max(initial=-1)) + 1
    for group in range(next_number):
        units = np.flatnonzero(assignment == group)
        if demands.sizes[units].sum() <= cap and not demands.apart[np.ix_(units, units)].any():
            continue
        pieces = _within(units, similarity, demands, cap).assignment
        found[units] = next_number + pieces
        next_number += int(pieces.max()) + 1
    return np.unique(found, return_inverse=True)[1]


def _merge_to(
    assignment: np.ndarray,
    similarity: np.ndarray,
    demands: Demands,
    num_groups: int,
    *,
    has_images: np.ndarray,
) -> np.ndarray:
    joined = demands.joined(assignment)
    images = np.bincount(assignment, has_images) > 0
    engine = Merger(joined, AverageLinkage(similarity, joined), has_images=images)
    engine.run(num_groups)
    return engine.assignment[assignment]


def _squeeze(assignment: np.ndarray, similarity: np.ndarray, demands: Demands, num_groups: int) -> np.ndarray:
    """Reach ``num_groups`` where no two groups may be merged any more.

    Raises:
        GroupingError: No such grouping was found.
    """
    sums = sum_units(similarity, demands)
    found, fewest = assignment, int(assignment.max()) + 1
    while fewest > num_groups:
        smaller = dissolve_smallest(found, sums, demands, demands.hard_cap(num_groups))
        if smaller is None:
            break
        found, fewest = smaller, fewest - 1
    if fewest > num_groups:
        placed = place_units(sums, demands, num_groups)
        if placed is None:
            raise GroupingError(_refusal(demands, num_groups, fewest))
        found = placed
    return found


def _refusal(demands: Demands, num_groups: int, fewest: int) -> str:
    if demands.allow_blob or demands.hard_cap(num_groups) == demands.max_size:
        return (
            f"{num_groups} groups that honor all wishes were not found, the fewest are {fewest}; "
            f"ask for at least {fewest} groups, or take a wish away."
        )
    return (
        f"{num_groups} groups that honor all wishes were not found without one that holds more than "
        f"{demands.hard_cap(num_groups)} of {demands.num_classes} classes; ask for {fewest} groups, take a "
        f"wish away, or allow groups of more than a third of the classes."
    )


def _split_weakest(
    assignment: np.ndarray, similarity: np.ndarray, demands: Demands, num_groups: int
) -> np.ndarray:
    """Undo the weakest merges within groups until there are ``num_groups``."""
    missing = num_groups - int(assignment.max(initial=-1)) - 1
    if missing <= 0:
        return assignment.astype(np.int64)
    engines = {}
    for group in range(int(assignment.max()) + 1):
        units = np.flatnonzero(assignment == group)
        if len(units) > 1:
            engines[group] = (units, _within(units, similarity, demands, demands.num_classes))
    weakest = [(engine.gains[-1], group) for group, (_, engine) in engines.items()]
    heapq.heapify(weakest)
    for _ in range(missing):
        _, group = heapq.heappop(weakest)
        engine = engines[group][1]
        engine.merges.pop()
        engine.gains.pop()
        if engine.gains:
            heapq.heappush(weakest, (engine.gains[-1], group))
    found = assignment * demands.num_units
    for units, engine in engines.values():
        found[units] += engine.assignment
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _within(units: np.ndarray, similarity: np.ndarray, demands: Demands, cap: int) -> Merger:
    """Merge the units of one group as far as is allowed; wishes do not speak against what is together."""
    classes = np.flatnonzero(np.isin(demands.unit, units))
    inside = Demands(
        class_names=tuple(demands.class_names[k] for k in classes),
        unit=np.searchsorted(units, demands.unit[classes]),
        sizes=demands.sizes[units],
        apart=demands.apart[np.ix_(units, units)],
        locked=np.zeros(len(units), dtype=bool),
        max_size=cap,
        allow_blob=True,
    )
    engine = Merger(inside, AverageLinkage(similarity[np.ix_(classes, classes)], inside))
    engine.run(1)
    return engine

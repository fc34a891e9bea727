"""All trouble in a dataset, numbers first: what was found, how much it matters, and what was looked for.

The kinds are in ``single_images`` and ``twins``, the cures that are one edit in ``cures``.
"""

import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.trouble.finding import LEAKS, NEED_SCAN, TITLES, Finding, Kind, Severity
from core.datasets.trouble.single_images import find_in_scan, find_in_table
from core.datasets.trouble.twins import MAX_NEAR_DISTANCE, NEAR_DISTANCE, find_twins, match_twins
from core.errors import DatasetError

__all__ = [
    "LEAKS",
    "MAX_NEAR_DISTANCE",
    "NEAR_DISTANCE",
    "NEED_SCAN",
    "TITLES",
    "Finding",
    "Kind",
    "Severity",
    "find_trouble",
    "looked_for",
]


def find_trouble(
    dataset: Dataset,
    scan: pd.DataFrame | None,
    *,
    near_distance: int = NEAR_DISTANCE,
    group_by: str | None = None,
) -> list[Finding]:
    """Return everything that was found, the most harmful first.

    Images that are excluded are not looked at, except to list those that cannot be used.

    Args:
        dataset: The dataset.
        scan: As from ``load_scan``; without it, what the pixels tell is not looked for.
        near_distance: Bits of 64 in which the hashes of near duplicates may differ, 0 to
            ``MAX_NEAR_DISTANCE``.
        group_by: Column of the source, or name pattern with ``{group}``, that tells what belongs together;
            None: the dataset's own groups, or else what the file names seem to tell.

    Raises:
        DatasetError: The distance is out of range, or there is no such column.
    """
    if not 0 <= near_distance <= MAX_NEAR_DISTANCE:
        raise DatasetError(
            f"The distance of near duplicates cannot be {near_distance}; choose 0 to {MAX_NEAR_DISTANCE}."
        )
    twins = match_twins(dataset, scan, near_distance=near_distance, group_by=group_by)
    found = [*find_twins(dataset, twins), *find_in_table(dataset)]
    if scan is not None:
        found += find_in_scan(dataset, scan)
    order = list(Kind)
    return sorted(found, key=lambda finding: order.index(finding.kind))


def looked_for(dataset: Dataset, *, has_scan: bool, has_groups: bool) -> list[Kind]:
    """Return the kinds of trouble that could be found at all.

    Args:
        dataset: The dataset.
        has_scan: Whether its pixels were looked at.
        has_groups: Whether it is known which images belong together.
    """
    left_out = set() if has_scan else set(NEED_SCAN)
    if not has_groups:
        left_out.add(Kind.LEAK_GROUP)
    if dataset.root is None:
        left_out.add(Kind.NAMES)
    return [kind for kind in Kind if kind not in left_out]

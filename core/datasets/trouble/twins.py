"""Images that are the same, nearly the same, or of one group; and where that does harm.

Copies waste the network's time, copies in two classes contradict each other, and copies in two splits make
the test easier than the world: the network remembers instead of recognizing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.scanning.duplicates import find_near_duplicates
from core.datasets.scanning.quality import NEAR_BLANK_CONTRAST
from core.datasets.trouble.finding import NO_LINKS, Finding, Kind
from core.datasets.trouble.groups import guess_grouping, read_groups

NEAR_DISTANCE = 4  # bits of 64 that may differ: resized, recompressed or slightly cut copies, and few others
TOO_MANY = "There are so many that only enough pairs are listed to name every image; try a smaller distance."
MAX_NEAR_DISTANCE = 12  # beyond it, unlike images begin to be called alike


@dataclass(frozen=True)
class Twins:
    """What belongs together among the images that are not excluded.

    Attributes:
        exact: Set of identical images of each row of the table, int64, -1: none, shape ``(num_table_rows,)``.
        own_groups: Group that each row was added with, int64, -1: none, shape ``(num_table_rows,)``.
        groups: Group of each row by which leaks are looked for, the same or what ``groups_by`` says.
        near: Two rows and how many bits of their hashes differ, of images that are not identical, int64,
            shape ``(num_pairs, 3)``.
        groups_by: The name pattern or column that the groups came from; None: the dataset's own.
        is_complete: Whether ``near`` has every pair, not only those that tie each set together.
    """

    exact: np.ndarray
    own_groups: np.ndarray
    groups: np.ndarray
    near: np.ndarray
    groups_by: str | None = None
    is_complete: bool = True


def match_twins(
    dataset: Dataset,
    scan: pd.DataFrame | None,
    *,
    near_distance: int = NEAR_DISTANCE,
    group_by: str | None = None,
) -> Twins:
    """Find out what belongs together.

    Args:
        dataset: The dataset.
        scan: As from ``load_scan``; None: near duplicates cannot be known.
        near_distance: Bits of 64 in which near duplicates may differ.
        group_by: Column of the source or name pattern; None: the dataset's groups, or else what the file
            names seem to tell.

    Raises:
        DatasetError: There is no such column, or the pattern is not understood.
    """
    included = ~dataset.table["excluded"].to_numpy(bool)
    exact = codes_of(dataset.table["sha1"].to_numpy(object), included)
    by = group_by if group_by is not None else guess_grouping(dataset)
    own_groups = codes_of(read_groups(dataset), included)
    groups = own_groups if by is None else codes_of(read_groups(dataset, by), included)
    near, is_complete = np.zeros((0, 3), np.int64), True
    if scan is not None:
        # The hash of a blank image is made of noise: blank ones are a finding of their own.
        shows = scan["contrast"].to_numpy(np.float64) >= NEAR_BLANK_CONTRAST
        rows = np.flatnonzero(included & dataset.readable & shows)
        found = find_near_duplicates(scan["phash"].to_numpy(np.uint64)[rows], max_distance=near_distance)
        near = np.column_stack([rows[found.pairs[:, :2]], found.pairs[:, 2]])
        same = (exact[near[:, 0]] >= 0) & (exact[near[:, 0]] == exact[near[:, 1]])
        near, is_complete = near[~same], found.is_complete
    return Twins(exact, own_groups, groups, near, by, is_complete)


def find_twins(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    """Find copies and leaks."""
    labels = dataset.table["label"].to_numpy(np.int64)
    splits = dataset.split_codes.astype(np.int64)
    exact, near = star(twins.exact), twins.near
    # What a cure must not tear apart: identical images, and the groups that the dataset was added with.
    bound = np.concatenate([exact, star(twins.own_groups)])
    yield from _of_sets(Kind.LEAK_EXACT, across(twins.exact, splits), bound)
    grouped = np.concatenate([bound, star(twins.groups)])
    for finding in _of_sets(Kind.LEAK_GROUP, across(twins.groups, splits), grouped):
        yield replace(finding, distances=None, groups_by=twins.groups_by)
    yield from _of_near(Kind.LEAK_NEAR, near[_differ(splits, near)], np.concatenate([bound, near[:, :2]]))
    yield from _of_sets(Kind.CONFLICT, across(twins.exact, labels), exact)
    yield from _of_near(Kind.NEAR_CONFLICT, near[_differ(labels, near)], near[:, :2])
    yield from _of_sets(Kind.DUPLICATES, exact, exact)
    for finding in _of_near(Kind.NEAR_DUPLICATES, near, near[:, :2]):
        yield finding if twins.is_complete else replace(finding, remedy=f"{finding.remedy} {TOO_MANY}")


def star(codes: np.ndarray) -> np.ndarray:
    """Return pairs that tie each set together: its first row with each other one, shape ``(num_pairs, 2)``.

    >>> star(np.array([0, -1, 1, 0, 1, 0])).tolist()
    [[0, 3], [2, 4], [0, 5]]
    """
    rows = np.flatnonzero(codes >= 0)
    if not len(rows):
        return NO_LINKS.copy()
    _, first, inverse = np.unique(codes[rows], return_index=True, return_inverse=True)
    anchors = rows[first][inverse]
    return np.stack([anchors, rows], axis=1)[anchors != rows]


def across(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the first row of each set with each row of it that has another value, shape ``(num_pairs, 2)``.

    >>> across(np.array([0, 0, 0, 1, 1]), np.array([5, 6, 5, 7, 7])).tolist()
    [[0, 1]]
    """
    pairs = star(codes)
    return pairs[values[pairs[:, 0]] != values[pairs[:, 1]]]


def codes_of(values: np.ndarray, included: np.ndarray) -> np.ndarray:
    """Return a number for each value that occurs several times among included rows, -1 elsewhere, int64.

    >>> codes_of(np.array(["a", "b", None, "a", "b"], object), np.array([1, 1, 1, 1, 0], bool)).tolist()
    [0, -1, -1, 0, -1]
    """
    codes = np.where(included, pd.factorize(values)[0], -1)
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    return np.where((codes >= 0) & (sizes[np.maximum(codes, 0)] > 1), codes, -1).astype(np.int64)


_TEXTS = {
    Kind.LEAK_EXACT: (
        "Files or arrays that are the same bit for bit stand in two splits, so the network has seen what it "
        "is tested on and the score is too good.",
        "Put each set into one split, or leave the training copies out.",
    ),
    Kind.LEAK_GROUP: (
        "Images of one group (a patient, a lesion, a photo cut into pieces) stand in two splits; they "
        "resemble each other, so the score rewards remembering and is too good.",
        "Keep each group in one split: move the smaller part, or divide anew.",
    ),
    Kind.LEAK_NEAR: (
        "Images that look almost the same stand in two splits, such as a resized copy or the next picture of "
        "a series; the network has almost seen what it is tested on.",
        "Look at the pairs; if they are truly copies, put each set into one split.",
    ),
    Kind.CONFLICT: (
        "One and the same image has two labels, so at least one of them is wrong and no network can get both "
        "right.",
        "Decide which label is right, relabel or exclude the other.",
    ),
    Kind.NEAR_CONFLICT: (
        "Two images that look almost the same have different labels; one may be wrong, or the classes are "
        "told apart by very little.",
        "Compare them; relabel or exclude the wrong one.",
    ),
    Kind.DUPLICATES: (
        "The same image occurs several times; it counts several times in training and in every score.",
        "Keep one of each and exclude the others.",
    ),
    Kind.NEAR_DUPLICATES: (
        "Images look almost the same, such as resized or recompressed copies; together they count more than "
        "they should.",
        "Look at the pairs; exclude copies, keep images that are merely alike.",
    ),
}


def _of_sets(kind: Kind, pairs: np.ndarray, links: np.ndarray) -> Iterator[Finding]:
    return _of_near(kind, np.column_stack([pairs, np.zeros(len(pairs), np.int64)]), links)


def _of_near(kind: Kind, near: np.ndarray, links: np.ndarray) -> Iterator[Finding]:
    if len(near):
        ids = pd.unique(near[:, :2].ravel())
        yield Finding(kind, *_TEXTS[kind], ids, pairs=near[:, :2], distances=near[:, 2], links=links)


def _differ(values: np.ndarray, near: np.ndarray) -> np.ndarray:
    return np.asarray(values[near[:, 0]] != values[near[:, 1]])

"""Cures of whole findings: each is one edit that can be previewed, and taken back like any other.

Copies: keep one of each set, leave the others out. Leaks: bring what belongs together into one split, by
moving the smaller part of each set, by leaving out the copies that are learned from, or by dividing the
dataset anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.editing.edits import Step, divide, exclude
from core.datasets.scanning.clusters import clusters_of
from core.datasets.split import FRACTIONS, assign_splits
from core.datasets.trouble.finding import LEAKS, NO_LINKS, Finding, Kind
from core.datasets.trouble.groups import read_groups
from core.datasets.trouble.twins import codes_of
from core.errors import DatasetError
from core.words import SPLIT_NAMES, counted

REASONS = {
    Kind.DUPLICATES: "A copy of an image that is kept.",
    Kind.NEAR_DUPLICATES: "Nearly a copy of an image that is kept.",
}
LEAK_REASON = "A copy of an image in another split."
MIN_LEFT = 0.5  # of the images of a split; a cure that leaves fewer is no cure
WELL_LEFT = 0.9  # of the images of a split; where fewer are left, dividing anew is recommended


class Way(StrEnum):
    """How a leak is cured."""

    MOVE = "move"
    EXCLUDE = "exclude"
    DIVIDE = "divide"


@dataclass(frozen=True)
class Cure:
    """One edit that ends a finding, not yet made.

    Attributes:
        title: What a button says, such as ``"Exclude 12 second copies"``.
        preview: What it will do, in plain sentences.
        step: The edit, for ``core.datasets.editing.edits.record``.
    """

    title: str
    preview: str
    step: Step


def cure_copies(dataset: Dataset, finding: Finding) -> Cure:
    """Return the edit that keeps one of each set of copies and leaves the others out.

    A test image is kept rather than a validation image, that rather than a training image, so that the test
    stays the same; then the larger one, then the first. Copies with different labels are left alone, since
    nobody but a person can tell which label is right.

    Args:
        dataset: The dataset.
        finding: Of kind ``DUPLICATES`` or ``NEAR_DUPLICATES``.

    Raises:
        DatasetError: All copies have different labels.
    """
    labels = dataset.table["label"].to_numpy(np.int64)
    if finding.kind is Kind.DUPLICATES:
        doomed, num_left = _spare_of_sets(dataset, finding.links, labels)
    else:
        agree = labels[finding.links[:, 0]] == labels[finding.links[:, 1]]
        doomed, num_left = _spare_of_pairs(dataset, finding.links[agree]), int((~agree).sum())
    if not len(doomed):
        raise DatasetError("All these copies have different labels; decide for each which one is right.")
    count = f"{len(doomed):,} second {'copy' if len(doomed) == 1 else 'copies'}"
    spared = f" Left alone, since their labels differ: {num_left:,}." if num_left else ""
    return Cure(
        f"Exclude {count}",
        "Keeps one image of each set, of the test split if there is one, and excludes the others: "
        f"{count}.{spared}",
        exclude(dataset, doomed, reason=REASONS[finding.kind]),
    )


def cure_leaks(dataset: Dataset, findings: Sequence[Finding], way: Way = Way.MOVE) -> Cure:
    """Return the edit after which nothing that belongs together stands in two splits.

    Args:
        dataset: The dataset.
        findings: Those of a kind in ``LEAKS`` count.
        way: ``MOVE`` brings each set to the split that has most of it, the training split among equals;
            ``EXCLUDE`` leaves out what has a copy in a split that is looked at later (only for copies, not
            for groups); ``DIVIDE`` divides the whole dataset anew in the present proportions, whole sets
            together.

    Raises:
        DatasetError: There is no leak, or the cure would leave less than half of a split.
    """
    leaks = [finding for finding in findings if finding.kind in LEAKS]
    if not leaks:
        raise DatasetError(f"{dataset.name!r} has no leak between its splits; there is nothing to cure.")
    links = np.concatenate([finding.links for finding in leaks])
    cure = {Way.MOVE: _move, Way.EXCLUDE: _exclude, Way.DIVIDE: _divide}[way]
    return cure(dataset, leaks, links)


def _move(dataset: Dataset, leaks: Sequence[Finding], links: np.ndarray) -> Cure:
    sets = clusters_of(len(dataset.table), links)
    splits = _split_codes(dataset)
    counts = np.zeros((sets.max() + 1, len(SPLITS)), np.int64)
    taken = splits >= 0
    np.add.at(counts, (sets[taken], splits[taken]), 1)
    target = counts.argmax(axis=1)[sets]  # the first of equals: train
    after = np.where(taken, target, splits)
    moves = after != splits
    _check_left(dataset, splits, after)
    step = _divided(
        dataset, leaks, after, f"Moved {counted(int(moves.sum()))}: what belongs together into one split"
    )
    moved = np.bincount(after[moves], minlength=len(SPLITS))
    where = ", ".join(f"{count:,} to {split}" for count, split in zip(moved, SPLITS, strict=True) if count)
    preview = f"Moves {where}: each set goes where most of it is. {_sizes(splits, after)}"
    if _least_left(splits, after) < WELL_LEFT:
        preview += " That makes a split much smaller; dividing anew keeps the proportions."
    return Cure(f"Move {counted(int(moves.sum()))}", preview + _given(dataset), step)


def _exclude(dataset: Dataset, leaks: Sequence[Finding], links: np.ndarray) -> Cure:
    if any(finding.kind is Kind.LEAK_GROUP for finding in leaks):
        raise DatasetError(
            "Groups stand in two splits, and leaving out all but one part of each would lose too many "
            "images; move them or divide anew."
        )
    splits = _split_codes(dataset)
    doomed = [np.zeros(0, np.int64)]
    for finding in leaks:
        if finding.kind is Kind.LEAK_NEAR:  # pair by pair: a chain of likenesses is no likeness
            pairs = finding.pairs if finding.pairs is not None else NO_LINKS
            earlier = splits[pairs[:, 0]] < splits[pairs[:, 1]]
            doomed.append(np.where(earlier, pairs[:, 0], pairs[:, 1]))
        else:
            sets = codes_of(dataset.table["sha1"].to_numpy(object), splits >= 0)
            latest = np.full(sets.max() + 2, -1)  # the last one for images that are in no set
            np.maximum.at(latest, sets, splits)
            doomed.append(np.flatnonzero((sets >= 0) & (splits < latest[sets])))
    ids = np.unique(np.concatenate(doomed))
    after = splits.copy()
    after[ids] = -1
    _check_left(dataset, splits, after)
    preview = (
        f"Excludes {counted(len(ids))} that have a copy in a split that is looked at later; the test stays "
        f"as it is. {_sizes(splits, after)}"
    )
    return Cure(f"Exclude {counted(len(ids))}", preview, exclude(dataset, ids, reason=LEAK_REASON))


def _divide(dataset: Dataset, leaks: Sequence[Finding], links: np.ndarray) -> Cure:
    sets = clusters_of(len(dataset.table), links)
    splits = _split_codes(dataset)
    rows = np.flatnonzero(splits >= 0)
    shares = np.bincount(splits[rows], minlength=len(SPLITS)) / len(rows)
    present = (float(1 - shares[1] - shares[2]), float(shares[1]), float(shares[2]))
    fractions = present if shares[0] else FRACTIONS
    new = assign_splits(dataset.labels(rows), sets[rows], seed=dataset.seed, fractions=fractions)
    after = splits.copy()
    after[rows] = [SPLITS.index(split) for split in new]
    _check_left(dataset, splits, after)
    num_sets = int((np.bincount(sets[rows]) > 1).sum())
    step = _divided(dataset, leaks, after, f"Divided anew, {num_sets:,} sets of images kept together")
    preview = (
        f"Divides all {len(rows):,} images anew, {num_sets:,} sets whole, every class in every split where "
        f"it has enough images; {int((after != splits).sum()):,} images change their split. "
        f"{_sizes(splits, after)} Runs made before were tested on other images."
    )
    return Cure(f"Divide anew, {num_sets:,} sets together", preview + _given(dataset), step)


def _divided(dataset: Dataset, leaks: Sequence[Finding], after: np.ndarray, title: str) -> Step:
    """Return the edit that sets the splits, and writes down groups that were read from names or a column."""
    names = np.array(SPLITS, dtype=object)[after]
    splits = np.where(after >= 0, names, dataset.table["split"].to_numpy(object))
    by = next((finding.groups_by for finding in leaks if finding.groups_by is not None), None)
    groups = None if by is None else read_groups(dataset, by).tolist()
    return divide(dataset, splits, title=title, groups=groups)


def _spare_of_sets(dataset: Dataset, links: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the images of each set but the best, and how many images are in sets with several labels."""
    sets = clusters_of(len(dataset.table), links)
    rows = np.unique(links)
    rows = rows[_preference(dataset, rows)]
    lowest, highest = np.full(sets.max() + 1, labels.max() + 1), np.full(sets.max() + 1, -1)
    np.minimum.at(lowest, sets[rows], labels[rows])
    np.maximum.at(highest, sets[rows], labels[rows])
    agree = (lowest == highest)[sets[rows]]
    rows, num_left = rows[agree], int((~agree).sum())
    best = np.unique(sets[rows], return_index=True)[1]
    return np.sort(np.delete(rows, best)), num_left


def _spare_of_pairs(dataset: Dataset, links: np.ndarray) -> np.ndarray:
    """Return the images that have a better one as their near twin that is kept itself."""
    first, second = np.concatenate([links, links[:, ::-1]]).T
    order = np.argsort(first, kind="stable")
    first, second = first[order], second[order]
    rows = np.unique(first)
    starts = np.searchsorted(first, [*rows, len(first) and first[-1] + 1])
    begin = dict(zip(rows.tolist(), zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True), strict=True))
    doomed: set[int] = set()
    for row in rows[_preference(dataset, rows)].tolist():
        if row not in doomed:
            doomed.update(second[slice(*begin[row])].tolist())
    return np.array(sorted(doomed), dtype=np.int64)


def _preference(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Order of rows, the one to keep first: test, validation, training; then the larger; then the first."""
    table = dataset.table.iloc[rows]
    size = table["width"].to_numpy(np.int64) * table["height"].to_numpy(np.int64)
    return np.lexsort((rows, -size, -dataset.split_codes[rows].astype(np.int64)))


def _split_codes(dataset: Dataset) -> np.ndarray:
    """Index into ``SPLITS`` of each row, -1 where it is excluded, int64."""
    excluded = dataset.table["excluded"].to_numpy(bool)
    return np.where(excluded, -1, dataset.split_codes.astype(np.int64))


def _check_left(dataset: Dataset, before: np.ndarray, after: np.ndarray) -> None:
    for code, split in enumerate(SPLITS):
        had, has = int((before == code).sum()), int((after == code).sum())
        if has < MIN_LEFT * had:
            raise DatasetError(
                f"This would leave {has:,} of {had:,} {SPLIT_NAMES[split]} images of {dataset.name!r}, since "
                f"so many images hang together; divide anew, group by something smaller, or look for nearer "
                f"duplicates with a smaller distance."
            )


def _least_left(before: np.ndarray, after: np.ndarray) -> float:
    """Smallest share of the images of a split that it keeps in number, 0-1 or more."""
    had, has = (np.bincount(codes[codes >= 0], minlength=len(SPLITS)) for codes in (before, after))
    return float((has[had > 0] / had[had > 0]).min())


def _sizes(before: np.ndarray, after: np.ndarray) -> str:
    then, now = (
        " / ".join(f"{int((codes == code).sum()):,}" for code in range(len(SPLITS)))
        for codes in (before, after)
    )
    return f"Training / validation / test: {then} before, {now} after."


def _given(dataset: Dataset) -> str:
    told = " The splits came with the dataset: results are not comparable with published ones any more."
    return told if dataset.given_split else ""

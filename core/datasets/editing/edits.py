"""Edits by hand: exclude, relabel, move to another split; reversible, never in the user's files.

Steps are made from the dataset as it is (``exclude``, ``restore``, ``relabel``, ``move_to_split`` and
``divide``), written down by ``record``, taken back and repeated by ``undo``, ``redo`` and ``go_to``. How they
lie on disk is told in ``core.datasets.editing.edit_log``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.editing.edit_log import (
    LOG_FILE,
    EditLog,
    editing,
    load_edits,
    read_names,
    write_names,
    write_step,
)
from core.datasets.editing.steps import Change, Step, apply_steps
from core.datasets.store import load_dataset
from core.errors import DatasetError
from core.words import counted, some
from core.workspace import Workspace

__all__ = [
    "LOG_FILE",
    "Change",
    "EditLog",
    "Step",
    "apply_steps",
    "divide",
    "exclude",
    "go_to",
    "load_edits",
    "move_to_split",
    "record",
    "redo",
    "relabel",
    "restore",
    "undo",
]

Ids = Sequence[int] | np.ndarray
SAME_IMAGES = ["path", "position", "sha1"]  # columns that no edit changes


def exclude(dataset: Dataset, sample_ids: Ids, *, reason: str = "Excluded by hand.") -> Step:
    """Return the edit that leaves images out of splits, counts and training.

    Images that are left out already keep their reason.

    Raises:
        DatasetError: The dataset has no such image.
    """
    ids = _checked(dataset, sample_ids)
    ids = ids[~dataset.table["excluded"].to_numpy(bool)[ids]]
    title = f"Excluded {counted(len(ids))}: {reason.strip().rstrip('.').lower()}"
    return Step(title, _changes((ids, {"excluded": True, "reason": reason})))


def restore(dataset: Dataset, sample_ids: Ids) -> Step:
    """Return the edit that takes excluded images back in.

    Raises:
        DatasetError: One of them could never be read or has no class, or there is no such image.
    """
    ids = _checked(dataset, sample_ids)
    ids = ids[dataset.table["excluded"].to_numpy(bool)[ids]]
    lost = ids[~dataset.readable[ids] | (dataset.labels(ids) < 0)]
    if len(lost):
        reason = dataset.table["reason"].iat[lost[0]]
        why = reason if isinstance(reason, str) else "It has no class; relabel it first."
        raise DatasetError(f"Image {lost[0]} of {dataset.name!r} cannot be taken in: {why}")
    title = f"Took {counted(len(ids))} back in"
    return Step(title, _changes((ids, {"excluded": False, "reason": None})))


def relabel(dataset: Dataset, class_of_sample: Mapping[int, str]) -> Step:
    """Return the edit that gives images another class.

    Raises:
        DatasetError: There is no such class or image.
    """
    index = {name: label for label, name in enumerate(dataset.class_names)}
    unknown = [name for name in dict.fromkeys(class_of_sample.values()) if name not in index]
    if unknown:
        raise DatasetError(
            f"{dataset.name!r} has no class {unknown[0]!r}; choose one of {some(dataset.class_names)}."
        )
    samples = np.fromiter(class_of_sample, np.int64, len(class_of_sample))
    _checked(dataset, samples)
    labels = np.array([index[name] for name in class_of_sample.values()], dtype=np.int64)
    differs = dataset.labels(samples) != labels
    rows = pd.Series(samples[differs]).groupby(labels[differs])
    named = [(ids.sort_values().to_numpy(), dataset.class_names[int(str(label))]) for label, ids in rows]
    what = f" as {named[0][1]}" if len(named) == 1 else ""
    title = f"Relabeled {counted(int(differs.sum()))}{what}"
    return Step(title, _changes(*((ids, {"label": name}) for ids, name in named)))


def move_to_split(dataset: Dataset, sample_ids: Ids, split: str) -> Step:
    """Return the edit that puts images into another split.

    Raises:
        DatasetError: There is no such split or image.
    """
    if split not in SPLITS:
        raise DatasetError(f"There is no split {split!r}; choose one of {', '.join(SPLITS)}.")
    ids = _checked(dataset, sample_ids)
    ids = ids[dataset.table["split"].to_numpy(object)[ids] != split]
    return Step(f"Moved {counted(len(ids))} to {split}", _changes((ids, {"split": split})))


def divide(
    dataset: Dataset, splits: np.ndarray, *, title: str, groups: Sequence[str | None] | None = None
) -> Step:
    """Return the edit that divides the dataset anew.

    Args:
        dataset: The dataset as it is now.
        splits: ``train``, ``val`` or ``test`` of every row of the table, shape ``(num_table_rows,)``.
        title: What was done, for the history.
        groups: Group of every row, None where an image stands alone; without it the groups stay.

    Raises:
        ValueError: There are not as many splits or groups as rows, or a split has another name.
    """
    new = np.asarray(splits, dtype=object)
    if new.shape != (len(dataset.table),) or not np.isin(new, SPLITS).all():
        raise ValueError(f"splits of shape {new.shape} must be one of {SPLITS} for each row of the table.")
    moves = new != dataset.table["split"].to_numpy(object)
    changes = [(np.flatnonzero(moves & (new == split)), {"split": split}) for split in SPLITS]
    return Step(title, _changes(*changes, *_regrouped(dataset, groups)))


def record(workspace: Workspace, dataset: Dataset, step: Step) -> Dataset:
    """Write an edit down and return the dataset with it; edits that were undone are forgotten.

    Args:
        workspace: Where the dataset lies.
        dataset: The dataset from which the edit was made; others may have edited it since.
        step: The edit.

    Raises:
        DatasetError: The edit changes nothing, or the dataset was deleted or replaced meanwhile.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    if not step.num_images:
        raise DatasetError("This edit changes no image; choose images that are not like that already.")
    with editing(workspace, dataset.name) as folder:
        held = load_dataset(workspace, dataset.name)
        _check_same(held, dataset)
        table = apply_steps(held.table, held.class_names, [step])
        edited = replace(held, table=table, num_edits=held.num_edits + 1)
        names, position = read_names(folder)
        name = write_step(folder, step, version=edited.version)
        write_names(folder, [*names[:position], name], position + 1)
    return edited


def go_to(workspace: Workspace, name: str, position: int) -> Dataset:
    """Undo or redo edits of a dataset until the first ``position`` of them hold; return the dataset.

    Raises:
        DatasetError: There are not that many edits, or one of them is damaged.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    return _move(workspace, name, to=position)


def undo(workspace: Workspace, name: str) -> Dataset:
    """Take the last edit of a dataset back.

    Raises:
        DatasetError: There is none.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    return _move(workspace, name, by=-1)


def redo(workspace: Workspace, name: str) -> Dataset:
    """Make the last undone edit of a dataset hold again.

    Raises:
        DatasetError: There is none.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    return _move(workspace, name, by=1)


def _move(workspace: Workspace, name: str, *, to: int | None = None, by: int = 0) -> Dataset:
    with editing(workspace, name) as folder:
        names, position = read_names(folder)
        target = position + by if to is None else to
        if to is None and not 0 <= target <= len(names):
            raise DatasetError(f"{name!r} has no edit to {'undo' if by < 0 else 'redo'}.")
        if not 0 <= target <= len(names):
            raise DatasetError(f"{name!r} has {len(names)} edits; choose 0 to {len(names)} of them.")
        write_names(folder, names, target)
        try:
            return load_dataset(workspace, name)
        except DatasetError:
            if target > position:  # an undone edit is damaged: stay where it could be read
                write_names(folder, names, position)
            raise


def _changes(*changes: tuple[np.ndarray, Mapping[str, object]]) -> tuple[Change, ...]:
    return tuple(Change(ids, values) for ids, values in changes if len(ids))


def _regrouped(
    dataset: Dataset, groups: Sequence[str | None] | None
) -> list[tuple[np.ndarray, dict[str, object]]]:
    """The change that gives images another group, if any; the others' groups are not written down again."""
    if groups is None:
        return []
    if len(groups) != len(dataset.table):
        raise ValueError(f"There are {len(groups)} groups for {len(dataset.table)} rows of the table.")
    before, new = dataset.groups, np.array(groups, dtype=object)
    ids = np.flatnonzero(new != before)
    return [(ids, {"group": new[ids].tolist()})]


def _check_same(held: Dataset, dataset: Dataset) -> None:
    same = held.class_names == dataset.class_names
    if not same or not held.table[SAME_IMAGES].equals(dataset.table[SAME_IMAGES]):
        raise DatasetError(
            f"{dataset.name!r} was deleted and added anew with other images meanwhile; "
            f"look at it again, then repeat the edit."
        )


def _checked(dataset: Dataset, sample_ids: Ids) -> np.ndarray:
    ids = np.unique(np.asarray(sample_ids, dtype=np.int64))
    if len(ids) and not (ids[0] >= 0 and ids[-1] < len(dataset.table)):
        raise DatasetError(
            f"{dataset.name!r} has no image {ids[0] if ids[0] < 0 else ids[-1]}; "
            f"its images are numbered 0 to {len(dataset.table) - 1}."
        )
    return ids

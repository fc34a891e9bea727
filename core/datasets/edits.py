"""Edits by hand: exclude, relabel, move to another split; reversible, never in the user's files.

``images.parquet`` stays as the source gave it. Each edit is a small file of its own in the dataset's folder
and is never changed again; ``edits.json`` says which of them hold:

    edits/000001.json    title, time, version of the dataset after it, and what is set for which samples
    edits.json           {"steps": ["000001", "000002"], "position": 1}    the second one was undone
"""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock

from core.datasets.dataset import SPLITS, TABLE_COLUMNS, Dataset
from core.datasets.sources.listing import some
from core.errors import DatasetError, WorkspaceError
from core.workspace import Workspace, read_json, write_json

LOG_FILE = "edits.json"
STEPS_DIR = "edits"
LOCK_FILE = ".edits.lock"
FIELDS = ("label", "split", "excluded", "reason")
Ids = Sequence[int] | np.ndarray


@dataclass(frozen=True)
class Change:
    """One setting of several samples.

    Attributes:
        sample_ids: Which, int64, shape ``(num_samples,)``.
        values: Some of ``label`` (a class name), ``split``, ``excluded`` and ``reason``.
    """

    sample_ids: np.ndarray
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One edit.

    Attributes:
        title: What was done, for the history, such as "Excluded 3 images: duplicates".
        changes: What it set.
        made: Seconds since 1970.
        version: ``Dataset.version`` with it.
    """

    title: str
    changes: tuple[Change, ...]
    made: float = 0.0
    version: str = ""

    @property
    def num_images(self) -> int:
        """Number of images it touches."""
        return sum(len(change.sample_ids) for change in self.changes)


@dataclass(frozen=True)
class EditLog:
    """All edits of a dataset, the oldest first; those from ``position`` on were undone.

    Attributes:
        steps: The edits.
        position: Number of edits that hold.
        names: File name of each step, without extension.
    """

    steps: tuple[Step, ...] = ()
    position: int = 0
    names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def active(self) -> tuple[Step, ...]:
        """The edits that hold."""
        return self.steps[: self.position]

    @property
    def can_undo(self) -> bool:
        """Whether an edit holds."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether an edit was undone and no other has been made since."""
        return self.position < len(self.steps)


def exclude(dataset: Dataset, sample_ids: Ids, *, reason: str = "Excluded by hand.") -> Step:
    """Return the edit that leaves images out of splits, counts and training."""
    ids = _checked(dataset, sample_ids)
    change = Change(ids, {"excluded": True, "reason": reason})
    return Step(f"Excluded {_images(ids)}: {reason.rstrip('.').lower()}", (change,))


def restore(dataset: Dataset, sample_ids: Ids) -> Step:
    """Return the edit that takes excluded images back in.

    Raises:
        DatasetError: One of them could never be read or has no class.
    """
    ids = _checked(dataset, sample_ids)
    lost = ids[~dataset.readable[ids] | (dataset.labels(ids) < 0)]
    if len(lost):
        raise DatasetError(
            f"Image {lost[0]} of {dataset.name!r} cannot be taken in: {dataset.table['reason'].iat[lost[0]]}"
        )
    return Step(f"Took {_images(ids)} back in", (Change(ids, {"excluded": False, "reason": None}),))


def relabel(dataset: Dataset, class_of_sample: Mapping[int, str]) -> Step:
    """Return the edit that gives images another class.

    Raises:
        DatasetError: There is no such class.
    """
    changes = []
    for name in dict.fromkeys(class_of_sample.values()):
        if name not in dataset.class_names:
            raise DatasetError(
                f"{dataset.name!r} has no class {name!r}; choose one of {some(dataset.class_names)}."
            )
        ids = _checked(dataset, [sample for sample, given in class_of_sample.items() if given == name])
        changes.append(Change(ids, {"label": name}))
    what = f" as {changes[0].values['label']}" if len(changes) == 1 else ""
    return Step(f"Relabeled {_images(list(class_of_sample))}{what}", tuple(changes))


def move_to_split(dataset: Dataset, sample_ids: Ids, split: str) -> Step:
    """Return the edit that puts images into another split.

    Raises:
        DatasetError: There is no such split.
    """
    if split not in SPLITS:
        raise DatasetError(f"There is no split {split!r}; choose one of {', '.join(SPLITS)}.")
    ids = _checked(dataset, sample_ids)
    return Step(f"Moved {_images(ids)} to {split}", (Change(ids, {"split": split}),))


def divide(dataset: Dataset, splits: np.ndarray, *, title: str) -> Step:
    """Return the edit that divides the dataset anew.

    Args:
        dataset: The dataset as it is now.
        splits: ``train``, ``val`` or ``test`` of every row of the table, shape ``(num_table_rows,)``.
        title: What was done, for the history.
    """
    before = dataset.table["split"].to_numpy(object)
    new = np.asarray(splits, dtype=object)
    moved = ((new == split) & (new != before) for split in SPLITS)
    changes = [Change(np.flatnonzero(rows), {"split": s}) for s, rows in zip(SPLITS, moved, strict=True)]
    return Step(title, tuple(change for change in changes if len(change.sample_ids)))


def apply_steps(table: pd.DataFrame, class_names: Sequence[str], steps: Sequence[Step]) -> pd.DataFrame:
    """Return the table of a dataset with edits applied, the given one unchanged.

    Raises:
        ValueError: An edit names a sample, a class or a field that is not there.
    """
    if not steps:
        return table
    index = {name: label for label, name in enumerate(class_names)}
    columns = {name: table[name].to_numpy(object, copy=True) for name in FIELDS}
    for change in (change for step in steps for change in step.changes):
        ids = change.sample_ids
        if len(ids) and not (ids.min() >= 0 and ids.max() < len(table)):
            raise ValueError("an edit names an image that is not there")
        for name, value in change.values.items():
            if name not in FIELDS or (name == "label" and value not in index):
                raise ValueError(f"an edit sets {name} to {value!r}")
            columns[name][ids] = index[value] if name == "label" else value
    arrays = {name: pd.Series(values, table.index, TABLE_COLUMNS[name]) for name, values in columns.items()}
    return table.assign(**arrays)


def load_edits(folder: Path) -> EditLog:
    """Return the edits of the dataset in a folder; none where nothing was edited.

    Raises:
        WorkspaceError: A file is damaged or missing.
    """
    try:
        log = read_json(folder / LOG_FILE)
    except FileNotFoundError:
        return EditLog()
    try:
        steps = tuple(_read_step(folder / STEPS_DIR / f"{name}.json") for name in log["steps"])
        return EditLog(steps, int(log["position"]), tuple(log["steps"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            f"The edits in {folder} are damaged ({error}); delete {folder / LOG_FILE} to do without them."
        ) from error


def record(workspace: Workspace, dataset: Dataset, step: Step) -> Dataset:
    """Write an edit down and return the dataset with it; edits that were undone are forgotten.

    Raises:
        DatasetError: The edit changes nothing.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    from core.datasets.store import load_dataset  # noqa: PLC0415 - the store applies edits when it loads

    if not step.num_images:
        raise DatasetError("This edit changes no image; choose some first.")
    folder = workspace.datasets_dir / dataset.name
    with _locked(folder):
        log = load_edits(folder)
        held = load_dataset(workspace, dataset.name)
        edited = replace(held, table=apply_steps(held.table, held.class_names, [step]))
        numbers = [int(path.stem) for path in (folder / STEPS_DIR).glob("[0-9]*.json")]
        name = f"{max(numbers, default=0) + 1:06d}"
        write_json(folder / STEPS_DIR / f"{name}.json", _step_to_json(step, edited.version))
        kept = [*log.names[: log.position], name]
        write_json(folder / LOG_FILE, {"steps": kept, "position": len(kept)})
    return load_dataset(workspace, dataset.name)


def go_to(workspace: Workspace, name: str, position: int) -> Dataset:
    """Undo or redo edits of a dataset until the first ``position`` of them hold; return the dataset.

    Raises:
        DatasetError: There are not that many edits.
    """
    from core.datasets.store import load_dataset  # noqa: PLC0415 - as above

    folder = workspace.datasets_dir / name
    with _locked(folder):
        log = load_edits(folder)
        if not 0 <= position <= len(log.steps):
            raise DatasetError(f"{name!r} has {len(log.steps)} edits; choose 0 to {len(log.steps)} of them.")
        write_json(folder / LOG_FILE, {"steps": list(log.names), "position": position})
    return load_dataset(workspace, name)


def undo(workspace: Workspace, name: str) -> Dataset:
    """Take the last edit of a dataset back.

    Raises:
        DatasetError: There is none.
    """
    log = load_edits(workspace.datasets_dir / name)
    if not log.can_undo:
        raise DatasetError(f"{name!r} has no edit to undo.")
    return go_to(workspace, name, log.position - 1)


def redo(workspace: Workspace, name: str) -> Dataset:
    """Make the last undone edit of a dataset hold again.

    Raises:
        DatasetError: There is none.
    """
    log = load_edits(workspace.datasets_dir / name)
    if not log.can_redo:
        raise DatasetError(f"{name!r} has no edit to redo.")
    return go_to(workspace, name, log.position + 1)


def _checked(dataset: Dataset, sample_ids: Ids) -> np.ndarray:
    ids = np.unique(np.asarray(sample_ids, dtype=np.int64))
    if len(ids) and not (ids[0] >= 0 and ids[-1] < len(dataset.table)):
        raise DatasetError(
            f"{dataset.name!r} has no image {ids[0] if ids[0] < 0 else ids[-1]}; "
            f"its images are numbered 0 to {len(dataset.table) - 1}."
        )
    return ids


def _images(ids: Ids) -> str:
    return "1 image" if len(ids) == 1 else f"{len(ids):,} images"


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if not (folder / "dataset.json").exists():
        raise DatasetError(f"There is no dataset {folder.name!r}; it may have been deleted.")
    with FileLock(folder / LOCK_FILE):
        yield


def _step_to_json(step: Step, version: str) -> dict[str, Any]:
    changes = [{"set": dict(c.values), "sample_ids": c.sample_ids.tolist()} for c in step.changes]
    return {"title": step.title, "made": time.time(), "version": version, "changes": changes}


def _read_step(path: Path) -> Step:
    told = read_json(path)
    changes = tuple(Change(np.array(c["sample_ids"], np.int64), c["set"]) for c in told["changes"])
    return Step(told["title"], changes, told["made"], told["version"])

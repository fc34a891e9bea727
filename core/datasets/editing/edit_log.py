"""Edits by hand as files in a dataset's folder.

``images.parquet`` stays as the source gave it. Each edit is a small file of its own and is never changed
again; ``edits.json`` says which of them hold, so that one replaced file makes an edit hold or not:

    edits/000001.json    title, time, version of the dataset after it, and what is set for which samples
    edits.json           {"steps": ["000001", "000002"], "position": 1}    the second one was undone
"""

import contextlib
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from core.datasets.editing.steps import Change, Step, apply_steps
from core.errors import DatasetError, WorkspaceError
from core.workspace import Workspace, read_json, write_bytes, write_json

LOG_FILE = "edits.json"
STEPS_DIR = "edits"
LOCK_FILE = "edits.lock"  # in the jobs folder: inside the dataset's it would bring a deleted folder back
LOCK_S = 60.0  # an edit of 200,000 images takes about a second
_DAMAGE = (OSError, KeyError, TypeError, ValueError, OverflowError, WorkspaceError)


@dataclass(frozen=True)
class EditLog:
    """All edits of a dataset, the oldest first; those from ``position`` on were undone.

    Attributes:
        steps: The edits.
        position: Number of edits that hold.
    """

    steps: tuple[Step, ...] = ()
    position: int = field(default=0)

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


@contextlib.contextmanager
def editing(workspace: Workspace, name: str) -> Iterator[Path]:
    """Keep other writers of edits, and who would delete the dataset, waiting; gives the dataset's folder.

    Raises:
        DatasetError: There is no such dataset.
        WorkspaceError: Another edit takes very long, or the folder cannot be written.
    """
    folder = workspace.datasets_dir / name
    lock = FileLock(workspace.jobs_dir / LOCK_FILE, timeout=LOCK_S)
    try:
        lock.acquire()
    except (Timeout, OSError) as error:
        raise WorkspaceError(
            f"{lock.lock_file} cannot be locked ({error}); wait until other edits are done, or check the "
            f"folder's permissions, then try again."
        ) from error
    try:
        if not (folder / "dataset.json").exists():
            raise DatasetError(f"There is no dataset {name!r} any more; it may have been deleted.")
        yield folder
    finally:
        lock.release()


def load_edits(folder: Path) -> EditLog:
    """Return the edits of the dataset in a folder; none where nothing was edited.

    Edits that were undone and can no longer be read are left off.

    Raises:
        DatasetError: The list, or an edit that holds, is damaged or missing.
    """
    names, position = read_names(folder)
    steps = _read_steps(folder, names[:position])
    for name in names[position:]:
        try:
            steps.append(_read_step(folder, name))
        except _DAMAGE:
            break
    return EditLog(tuple(steps), position)


def read_names(folder: Path) -> tuple[list[str], int]:
    """Return the file names of all edits, without extension, and how many of them hold.

    Raises:
        DatasetError: The file is damaged.
    """
    try:
        told = read_json(folder / LOG_FILE)
    except FileNotFoundError:
        return [], 0
    except _DAMAGE as error:
        raise _list_damaged(folder, error) from error
    names = told.get("steps") if isinstance(told, dict) else None
    position = told.get("position") if isinstance(told, dict) else None
    if not isinstance(names, list) or type(position) is not int or not 0 <= position <= len(names):
        raise _list_damaged(folder, "it is not a list of edits")
    if not all(isinstance(name, str) and re.fullmatch(r"\d{6,12}", name, re.ASCII) for name in names):
        raise _list_damaged(folder, "it names other files than edits")
    return names, position


def write_names(folder: Path, names: Sequence[str], position: int) -> None:
    """Replace the list of edits; from then on the first ``position`` of them hold.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    write_json(folder / LOG_FILE, {"steps": list(names), "position": position})


def write_step(folder: Path, step: Step, *, version: str) -> str:
    """Write an edit into a file of its own, which does not make it hold; return the file's name.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    numbers = [int(path.stem) for path in (folder / STEPS_DIR).glob("[0-9]*.json") if path.stem.isdigit()]
    name = f"{max(numbers, default=0) + 1:06d}"
    changes = [{"set": dict(c.values), "sample_ids": c.sample_ids.tolist()} for c in step.changes]
    told = {"title": step.title, "made": time.time(), "version": version, "changes": changes}
    write_bytes(folder / STEPS_DIR / f"{name}.json", json.dumps(told, ensure_ascii=False).encode())
    return name


def edited_table(folder: Path, table: pd.DataFrame, class_names: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Return the table of the dataset in a folder with the edits that hold, and their number.

    Raises:
        DatasetError: An edit is damaged or does not fit the table.
    """
    names, position = read_names(folder)
    steps = _read_steps(folder, names[:position])
    try:
        return apply_steps(table, class_names, steps), position
    except ValueError as error:
        raise _list_damaged(folder, error) from error


def ever_relabeled(folder: Path) -> np.ndarray:
    """Return the samples to which any edit gave a class, undone and forgotten ones too, int64, ascending."""
    found = [np.zeros(0, np.int64)]
    for path in (folder / STEPS_DIR).glob("[0-9]*.json"):
        with contextlib.suppress(*_DAMAGE):
            step = _read_step(folder, path.stem)
            found += [change.sample_ids for change in step.changes if "label" in change.values]
    return np.unique(np.concatenate(found))


def _read_steps(folder: Path, names: Sequence[str]) -> list[Step]:
    steps = []
    for before, name in enumerate(names):
        try:
            steps.append(_read_step(folder, name))
        except _DAMAGE as error:
            raise DatasetError(
                f"Edit {before + 1} of dataset {folder.name!r} cannot be read ({error}); go back to before "
                f"it with `regroup datasets history {folder.name} --to {before}`."
            ) from error
    return steps


def _read_step(folder: Path, name: str) -> Step:
    told = read_json(folder / STEPS_DIR / f"{name}.json")
    changes = tuple(Change(_read_ids(each["sample_ids"]), dict(each["set"])) for each in told["changes"])
    if not (isinstance(told["title"], str) and isinstance(told["version"], str)):
        raise ValueError("its title is no text")
    return Step(told["title"], changes, float(told["made"]), told["version"])


def _read_ids(listed: Any) -> np.ndarray:
    if not isinstance(listed, list) or not all(type(sample_id) is int for sample_id in listed):
        raise ValueError("its images are not a list of numbers")
    return np.array(listed, dtype=np.int64)


def _list_damaged(folder: Path, error: object) -> DatasetError:
    return DatasetError(
        f"The edits of dataset {folder.name!r} cannot be read ({error}); delete {folder / LOG_FILE} to have "
        f"the dataset as it was added."
    )

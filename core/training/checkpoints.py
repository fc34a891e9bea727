"""What a stopped run goes on from: one file an epoch, written whole or not at all.

A checkpoint holds all variables that training changes (weights, optimizer, state of the random numbers) and
the history up to its epoch. Best epoch and early stopping follow from the history, so there is nothing that
could contradict it. What frozen layers hold is written once, beside it.
"""

import contextlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from core.errors import RunError, WorkspaceError

PATTERN = "epoch-*.npz"
DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)  # what NumPy raises on a damaged file


@dataclass(frozen=True)
class Checkpoint:
    """A run after a full epoch.

    Attributes:
        history: One row an epoch, columns as ``Run.history``.
        dataset_version: ``Dataset.version`` of the dataset it was trained on.
        variables: Value of each variable that training changes, in the order in which they were given.
    """

    history: pd.DataFrame
    dataset_version: str
    variables: tuple[np.ndarray, ...]


def save_checkpoint(
    directory: Path, variables: Sequence[keras.Variable], *, history: pd.DataFrame, dataset_version: str
) -> None:
    """Write the checkpoint of the last epoch in ``history``, then delete the older ones.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    told = {"history": history.to_dict(orient="list"), "dataset_version": dataset_version}
    path = directory / f"epoch-{len(history):04d}.npz"
    _write(path, values_of(variables), told=np.array(json.dumps(told)))
    for older in directory.glob(PATTERN):
        if older != path:
            older.unlink(missing_ok=True)


def save_values(path: Path, values: Sequence[np.ndarray], *, epoch: int = 0) -> None:
    """Write the values of variables, beside a checkpoint.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    _write(path, values, told=np.array(json.dumps({"epoch": epoch})))


def load_values(path: Path, *, epoch: int = 0) -> list[np.ndarray] | None:
    """Return what ``save_values`` wrote for this epoch; None where there is no such file.

    Raises:
        RunError: The file is damaged.
    """
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            is_meant = json.loads(str(arrays["told"]))["epoch"] == epoch
            return [arrays[name] for name in sorted(arrays.files) if name != "told"] if is_meant else None
    except DAMAGE as error:
        raise RunError(_say_damaged(path, error)) from error


def load_checkpoint(directory: Path) -> Checkpoint | None:
    """Return the newest checkpoint, or None when no epoch was completed.

    Raises:
        RunError: The file is damaged.
    """
    path = max(directory.glob(PATTERN), key=lambda found: int(found.stem.partition("-")[2]), default=None)
    if path is None:
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            told = json.loads(str(arrays["told"]))
            variables = tuple(arrays[name] for name in sorted(arrays.files) if name != "told")
        return Checkpoint(pd.DataFrame(told["history"]), told["dataset_version"], variables)
    except DAMAGE as error:
        raise RunError(_say_damaged(path, error)) from error


def restore(variables: Sequence[keras.Variable], values: Sequence[np.ndarray], *, model: str) -> None:
    """Set variables to what a checkpoint holds of them.

    Args:
        variables: As they were given when it was written.
        values: What it holds.
        model: Name of the network, for the message.

    Raises:
        RunError: The checkpoint is of another network.
    """
    if [tuple(v.shape) for v in variables] != [array.shape for array in values]:
        raise RunError(
            f"The run's checkpoint does not fit network {model!r} as it is built now; "
            f"delete the run and train it again."
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def values_of(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    """Return what variables hold now."""
    return [variable.numpy() for variable in variables]


def save_best(path: Path, model: keras.Model) -> None:
    """Replace the model of the best epoch, without its optimizer: a third of the size, and quick to load.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    with replace_whole(path) as temporary:
        keras.Model(model.input, model.output, name=model.name).save(temporary)


@contextlib.contextmanager
def replace_whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to, of the same suffix; when all went well it takes the place of ``path``.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.stem}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WorkspaceError(
            f"{path} cannot be written ({error.strerror or error}); "
            f"free some disk space or check the folder's permissions, then resume the run."
        ) from error


def _write(path: Path, values: Sequence[np.ndarray], *, told: np.ndarray) -> None:
    arrays: dict[str, Any] = {f"variable_{number:05d}": value for number, value in enumerate(values)}
    with replace_whole(path) as temporary:
        np.savez(temporary, told=told, **arrays)


def _say_damaged(path: Path, error: Exception) -> str:
    return f"The checkpoint {path} is damaged ({error}); delete the run and train it again."

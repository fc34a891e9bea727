"""What a stopped run goes on from: one file an epoch, written whole or not at all.

A checkpoint holds all variables (weights, optimizer, state of the random numbers) and the history up to its
epoch. Best epoch and early stopping follow from the history, so there is nothing that could contradict it.
"""

import contextlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from core.errors import RunError, WorkspaceError

PATTERN = "epoch-*.npz"


@dataclass(frozen=True)
class Checkpoint:
    """A run after a full epoch.

    Attributes:
        history: One row an epoch, columns as ``Run.history``.
        dataset_version: ``Dataset.version`` of the dataset it was trained on.
        variables: Value of each variable of model and optimizer, in Keras' order.
    """

    history: pd.DataFrame
    dataset_version: str
    variables: tuple[np.ndarray, ...]


def save_checkpoint(
    directory: Path, model: keras.Model, *, history: pd.DataFrame, dataset_version: str
) -> None:
    """Write the checkpoint of the last epoch in ``history``, then delete the older ones.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    told = {"history": history.to_dict(orient="list"), "dataset_version": dataset_version}
    arrays = {f"variable_{i:05d}": variable.numpy() for i, variable in enumerate(_variables(model))}
    path = directory / f"epoch-{len(history):04d}.npz"
    with replace_whole(path) as temporary:
        np.savez(temporary, told=np.array(json.dumps(told)), **arrays)
    for older in directory.glob(PATTERN):
        if older != path:
            older.unlink(missing_ok=True)


def has_checkpoint(directory: Path) -> bool:
    """Whether an epoch was completed."""
    return next(directory.glob(PATTERN), None) is not None


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
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RunError(
            f"The checkpoint {path} is damaged ({error}); delete the run and train it again."
        ) from error


def restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Set all variables of a compiled model and its optimizer to those of the checkpoint.

    Raises:
        RunError: The checkpoint is of another network.
    """
    variables = _variables(model)
    if [tuple(v.shape) for v in variables] != [array.shape for array in checkpoint.variables]:
        raise RunError(
            f"The run's checkpoint does not fit network {model.name!r} as it is built now; "
            f"delete the run and train it again."
        )
    for variable, array in zip(variables, checkpoint.variables, strict=True):
        variable.assign(array)


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


def _variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]

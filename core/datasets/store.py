"""Datasets on disk: ``datasets/<name>/`` with dataset.json, images.parquet and, for arrays, images.npy.

A dataset is built in a hidden folder beside its place and renamed when whole, so that a half-written one
is never seen.
"""

import contextlib
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock

from core.datasets.dataset import METADATA_FILE, SPLITS, TABLE_COLUMNS, Dataset
from core.datasets.editing.edit_log import edited_table, editing
from core.datasets.linking import link_or_copy
from core.datasets.preparing.occlusion import MASKS_FILE, Occlusion
from core.errors import DatasetError, WorkspaceError
from core.workspace import Workspace, check_name, open_workspace, read_json, write_bytes, write_json

BUILT_IN = ("digits", "shapes")
LEFTOVER_SUFFIX = ".tmp"
LEFTOVER_AGE_S = 24 * 3600.0  # a hidden folder this old belongs to a process that was killed
NAMED = 20  # datasets named in a message
ARRAY_FILE = "images.npy"
FILES_DIR = Path("files")  # in a dataset's folder: images of its own, from an archive or an upload
FORMAT = 1


def list_datasets(workspace: Workspace) -> list[str]:
    """Return the names of all datasets: the built-in ones first, prepared or not, then by name."""
    own = {path.parent.name for path in workspace.datasets_dir.glob("*/dataset.json")}
    return [*BUILT_IN, *sorted(name for name in own - set(BUILT_IN) if not name.startswith("."))]


def load_dataset(workspace: Workspace, name: str, *, edited: bool = True) -> Dataset:
    """Return a dataset; a built-in one is prepared on first use.

    Args:
        workspace: Where it lies.
        name: Which.
        edited: Whether with the edits made by hand, or as the source gave it.

    Raises:
        DatasetError: There is none of that name, or its files are damaged.
    """
    folder = workspace.datasets_dir / name
    if name in BUILT_IN and not (folder / "dataset.json").exists():
        prepare_builtin(workspace, name)
    elif name not in list_datasets(workspace):
        raise DatasetError(
            f"There is no dataset {name!r}; there are {_names(workspace)}. "
            f"Add one on the Datasets page or with `regroup datasets add`."
        )
    try:
        facts = read_json(folder / "dataset.json")
        table = pd.read_parquet(folder / "images.parquet").astype(TABLE_COLUMNS)
        table, num_edits = table[list(TABLE_COLUMNS)], 0
        if edited:
            table, num_edits = edited_table(folder, table, facts["class_names"])
        dataset = _from_json(facts, table, folder, num_edits=num_edits)
        _check_fits(dataset)
        return dataset
    except (OSError, ValueError, KeyError, TypeError, WorkspaceError) as error:
        remedy = f"remove {folder}, it is made anew" if name in BUILT_IN else "delete it and add it again"
        raise DatasetError(f"Dataset {name!r} is damaged ({error}); {remedy}.") from error


def save_dataset(
    workspace: Workspace,
    dataset: Dataset,
    arrays: np.ndarray | Sequence[np.ndarray] | None = None,
    *,
    metadata: pd.DataFrame | None = None,
    own_files: Path | None = None,
    masks: np.ndarray | None = None,
) -> Dataset:
    """Write a new dataset in one step and return it as it was stored.

    Args:
        workspace: Where to.
        dataset: The table and its names. When its ``array_path`` is set, its images are those of another
            dataset and are linked, not copied.
        arrays: The images in table order when they are not files: uint8, ``(n, h, w)`` or ``(n, h, w, 3)``,
            in one array or in several to be written one after the other.
        metadata: The source's extra columns, one row an image.
        own_files: A folder on the same disk that is moved into the dataset's, such as an unpacked
            archive; the dataset's ``root`` is this folder or one below it.
        masks: Bits of the mask pictures of its occlusion, uint8, shape ``(num_masks, 8192)``.

    Raises:
        DatasetError: There is already a dataset of that name.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    temporary = new_scratch(workspace)
    try:
        if arrays is not None:
            _write_arrays(temporary / ARRAY_FILE, [arrays] if isinstance(arrays, np.ndarray) else arrays)
        elif dataset.array_path is not None:
            link_or_copy(dataset.array_path, temporary / ARRAY_FILE)
        if metadata is not None and len(metadata.columns):
            write_bytes(temporary / METADATA_FILE, metadata.to_parquet(index=False))
        if masks is not None:
            _write_arrays(temporary / MASKS_FILE, [masks])
        write_bytes(temporary / "images.parquet", dataset.table.astype(TABLE_COLUMNS).to_parquet(index=False))
        has_array = (temporary / ARRAY_FILE).exists()
        write_json(temporary / "dataset.json", _to_json(dataset, own_files, has_array=has_array))
        if own_files is not None:
            own_files.rename(temporary / FILES_DIR)
        temporary.rename(workspace.datasets_dir / dataset.name)
    except OSError as error:
        if (workspace.datasets_dir / dataset.name).exists():
            raise DatasetError(_taken(dataset.name)) from error
        raise WorkspaceError(_unwritable(workspace, error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return load_dataset(workspace, dataset.name)


def delete_dataset(workspace: Workspace, name: str) -> None:
    """Forget a dataset; images in a folder of their own stay where they are.

    Raises:
        DatasetError: It is built in, or there is none of that name.
    """
    if name in BUILT_IN:
        raise DatasetError(f"{name!r} is built in and cannot be deleted; delete datasets that were added.")
    if name not in list_datasets(workspace):
        raise DatasetError(f"There is no dataset {name!r}; there are {_names(workspace)}.")
    doomed = Path(tempfile.mkdtemp(dir=workspace.datasets_dir, prefix=".", suffix=LEFTOVER_SUFFIX))
    try:
        with editing(workspace, name) as folder:
            folder.rename(doomed / "dataset")
    except OSError as error:
        raise DatasetError(f"{name!r} cannot be deleted ({error.strerror}); close what uses it.") from error
    finally:
        shutil.rmtree(doomed, ignore_errors=True)


def check_new_name(workspace: Workspace, name: str) -> str:
    """Return a name for a new dataset, stripped.

    Raises:
        DatasetError: It cannot be a name, or is taken (upper and lower case count as the same).
    """
    try:
        name = check_name(name, "dataset")
    except WorkspaceError as error:
        raise DatasetError(str(error)) from error
    if name.casefold() in {taken.casefold() for taken in list_datasets(workspace)}:
        raise DatasetError(_taken(name))
    return name


def free_dataset_name(workspace: Workspace, wished: str) -> str:
    """Return a name that no dataset has yet: the wished one, else with a number."""
    taken = {name.casefold() for name in list_datasets(workspace)}
    numbered = (f"{wished} {number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([wished], numbered) if name.casefold() not in taken)


def prepare_builtins(workspace: Workspace) -> None:
    """Prepare the built-in datasets that are not there yet."""
    for name in BUILT_IN:
        prepare_builtin(workspace, name)


def prepare_builtin(workspace: Workspace, name: str) -> None:
    """Prepare one built-in dataset unless it is there; another process doing the same is waited for."""
    from core.datasets.builtin import build_builtin  # noqa: PLC0415 - what it imports is needed only once

    with FileLock(workspace.datasets_dir / f".{name}.lock"):
        if not (workspace.datasets_dir / name / "dataset.json").exists():
            dataset, arrays = build_builtin(name)
            save_dataset(workspace, dataset, arrays)


def new_scratch(workspace: Workspace) -> Path:
    """Return an empty hidden folder beside the datasets; one that is left over is removed some day.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    try:
        folder = Path(tempfile.mkdtemp(dir=workspace.datasets_dir, prefix=".", suffix=LEFTOVER_SUFFIX))
        folder.chmod(0o755)
    except OSError as error:
        raise WorkspaceError(_unwritable(workspace, error)) from error
    return folder


def remove_leftovers(workspace: Workspace) -> None:
    """Remove hidden folders of processes that were killed long ago."""
    remove_old(workspace.datasets_dir, f".*{LEFTOVER_SUFFIX}")


def remove_old(parent: Path, pattern: str) -> None:
    """Remove the folders in a folder that fit a pattern and are older than any work on them takes."""
    for folder in parent.glob(pattern):
        with contextlib.suppress(OSError):  # another process has just finished with it
            if time.time() - folder.stat().st_mtime > LEFTOVER_AGE_S:
                shutil.rmtree(folder, ignore_errors=True)


def _names(workspace: Workspace) -> str:
    names = list_datasets(workspace)
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _taken(name: str) -> str:
    return f"There is already a dataset named {name!r}; choose another name, or delete that one first."


def _unwritable(workspace: Workspace, error: OSError) -> str:
    return (
        f"{workspace.datasets_dir} cannot be written ({error.strerror or error}); "
        f"free some disk space or check the folder's permissions, then try again."
    )


def _write_arrays(path: Path, arrays: Sequence[np.ndarray]) -> None:
    """Write arrays one after the other as one ``.npy``, without holding them twice in memory."""
    shape = (sum(len(images) for images in arrays), *arrays[0].shape[1:])
    with path.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_2_0(file, header)
        for images in arrays:
            file.write(np.ascontiguousarray(images, dtype=np.uint8).data)
        file.flush()
        os.fsync(file.fileno())


def _to_json(dataset: Dataset, own_files: Path | None, *, has_array: bool) -> dict[str, Any]:
    root = dataset.root
    own = None if own_files is None or root is None else (FILES_DIR / root.relative_to(own_files)).as_posix()
    return {
        "format": FORMAT,
        "name": dataset.name,
        "description": dataset.description,
        "class_names": list(dataset.class_names),
        "seed": dataset.seed,
        "given_split": dataset.given_split,
        "root": str(root) if root is not None and own is None else None,
        "own_root": own,
        "array": ARRAY_FILE if has_array else None,
        "known_groups": dataset.known_groups,
        "notes": list(dataset.notes),
        "origin": dataset.origin,
        "occlusion": dataset.occlusion.model_dump(mode="json") if dataset.occlusion is not None else None,
    }


def _from_json(facts: dict[str, Any], table: pd.DataFrame, folder: Path, *, num_edits: int) -> Dataset:
    root = folder / facts["own_root"] if facts.get("own_root") else facts["root"]
    return Dataset(
        name=folder.name,
        description=facts["description"],
        class_names=tuple(facts["class_names"]),
        table=table,
        seed=facts["seed"],
        given_split=facts["given_split"],
        root=Path(root) if root is not None else None,
        array_path=folder / ARRAY_FILE if facts["array"] else None,
        known_groups=facts["known_groups"],
        notes=tuple(facts["notes"]),
        folder=folder,
        occlusion=Occlusion(**facts["occlusion"]) if facts.get("occlusion") else None,
        origin=facts.get("origin"),
        num_edits=num_edits,
    )


def _check_fits(dataset: Dataset) -> None:
    labels, splits = dataset.included["label"], dataset.included["split"]
    if not labels.between(0, dataset.num_classes - 1).all() or not splits.isin(SPLITS).all():
        raise ValueError("labels or splits in images.parquet do not fit dataset.json")


if __name__ == "__main__":
    prepare_builtins(open_workspace(sys.argv[1] if len(sys.argv) > 1 else None))

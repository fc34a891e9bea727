"""Images that have gone since a dataset was added, and a dataset whose folder has moved."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.editing.edit_log import editing
from core.datasets.images.decoding import UnreadableError
from core.datasets.images.file_bytes import read_bytes
from core.datasets.parallel import Progress, map_images
from core.datasets.scanning.scan import drop_incomplete_scan
from core.datasets.store import load_dataset
from core.errors import DatasetError, WorkspaceError
from core.workspace import Workspace, full_path, read_json, write_json

NUM_NAMED = 8  # missing images told by name
NUM_COMPARED = 200  # images whose content is compared before a dataset moves
SEED = 0  # of the choice of these


@dataclass(frozen=True)
class MissingFiles:
    """Which images of a dataset are gone.

    Attributes:
        num_files: Images in files that could be read when the dataset was added.
        num_checked: How many of them were looked for.
        num_missing: How many of those are gone.
        names: The first few of these, as paths below the dataset's folder.
        root_is_gone: Whether the whole folder is gone.
    """

    num_files: int
    num_checked: int
    num_missing: int
    names: tuple[str, ...] = ()
    root_is_gone: bool = False


def missing_files(
    dataset: Dataset, *, limit: int | None = None, progress: Progress | None = None
) -> MissingFiles:
    """Look for the files of a dataset without opening them.

    Args:
        dataset: Which; one whose images lie in an array has no files.
        limit: How many to look for, evenly spread over the dataset; None: all.
        progress: Called with (done, total) images; what it raises stops the work.
    """
    if dataset.root is None:
        return MissingFiles(0, 0, 0)
    ids = np.flatnonzero(dataset.readable & dataset.table["path"].notna().to_numpy(bool))
    chosen = (
        ids if limit is None or limit >= len(ids) else ids[np.linspace(0, len(ids) - 1, limit, dtype=int)]
    )
    paths = dataset.table["path"].to_numpy(object)[chosen].tolist()
    if not dataset.root.is_dir():
        return MissingFiles(len(ids), len(ids), len(ids), tuple(paths[:NUM_NAMED]), root_is_gone=True)
    missing = _not_there(dataset.root, paths, progress)
    return MissingFiles(len(ids), len(chosen), len(missing), tuple(missing[:NUM_NAMED]))


def relocate(
    workspace: Workspace,
    name: str,
    new_root: Path | str,
    *,
    allow_missing: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Tell a dataset that the folder of its images lies elsewhere now, and return it.

    All files are looked for there, and some are compared with what was noted when the dataset was added.
    Runs, edits and groupings stay as they are, and so does what was computed of the images; only a scan that
    missed images is forgotten.

    Args:
        workspace: Where the dataset is kept.
        name: Which.
        new_root: The folder of the images, or one that holds it under its old name.
        allow_missing: Move it though some of its images are not there; at least one must be.
        progress: Called with (done, total) images; what it raises stops the work.

    Raises:
        DatasetError: There is no such dataset, it keeps its images in the workspace, or the folder is another
            one; the message names a file.
    """
    dataset = load_dataset(workspace, name)
    if dataset.root is None or _is_own(dataset):
        raise DatasetError(
            f"{name!r} keeps its images in the workspace itself, so there is no folder to move."
        )
    root = _find_root(dataset, full_path(new_root))
    moved = replace(dataset, root=root)
    missing = missing_files(moved)
    if missing.num_missing and not (allow_missing and missing.num_missing < missing.num_files):
        raise DatasetError(
            f"{root} lacks {missing.num_missing:,} of the {missing.num_files:,} images of {name!r}, such as "
            f"{missing.names[0]!r}; give the folder that holds them."
        )
    _require_same_content(moved, progress)
    with editing(workspace, name) as folder:
        facts = read_json(folder / "dataset.json")
        told = facts["description"].replace(str(dataset.root), str(root))
        write_json(folder / "dataset.json", {**facts, "root": str(root), "description": told})
        _rename_caches(folder, dataset.images_hash, moved.images_hash)
    found = load_dataset(workspace, name)
    drop_incomplete_scan(found)
    return found


def can_relocate(dataset: Dataset) -> bool:
    """Whether the images of a dataset lie in a folder that belongs to the user."""
    return dataset.root is not None and not _is_own(dataset)


def _is_own(dataset: Dataset) -> bool:
    return bool(dataset.folder and dataset.root and dataset.root.is_relative_to(dataset.folder))


def _find_root(dataset: Dataset, given: Path) -> Path:
    if not given.is_dir():
        raise DatasetError(
            f"{given} is not a folder; give the folder that the images of {dataset.name!r} are in."
        )
    inner = given / (dataset.root or given).name
    candidates = [given, inner] if inner.is_dir() else [given]
    lacking = [missing_files(replace(dataset, root=root), limit=NUM_COMPARED) for root in candidates]
    return candidates[int(np.argmin([found.num_missing for found in lacking]))]


def _not_there(root: Path, paths: Sequence[str], progress: Progress | None) -> list[str]:
    """Return the paths without a file, in order, by one look into each folder instead of one at each file."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folder, _, file = path.rpartition("/")
        by_folder[folder].append(file)
    missing: set[str] = set()
    done = 0
    for folder, files in by_folder.items():
        present = _files_in(root / folder) if len(files) > 1 else set()
        # A name that is not listed may still open: upper and lower case, or another way to write an accent.
        missing.update(
            f"{folder}/{file}" if folder else file
            for file in files
            if file not in present and not (root / folder / file).is_file()
        )
        done += len(files)
        if progress is not None:
            progress(done, len(paths))
    return [path for path in paths if path in missing]


def _files_in(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if entry.is_file()}
    except OSError:
        return set()


def _require_same_content(moved: Dataset, progress: Progress | None) -> None:
    """Refuse a folder in which one of some randomly chosen images is another one."""
    assert moved.root is not None
    root = moved.root
    ids = np.flatnonzero(moved.readable)
    chosen = np.sort(np.random.default_rng(SEED).permutation(ids)[:NUM_COMPARED])
    paths = [root / path for path in moved.table["path"].to_numpy(object)[chosen]]
    noted = moved.table["sha1"].to_numpy(object)[chosen]
    for path, expected, found in zip(paths, noted, map_images(_hash, paths, progress=progress), strict=True):
        if found is not None and found != expected:
            raise DatasetError(
                f"{path} is not the image that {moved.name!r} was made with; give the folder that its images "
                f"moved to, or add this one as a dataset of its own."
            )


def _hash(path: Path) -> str | None:
    """Hash of a file as it is noted when a dataset is added; None where it cannot be opened."""
    try:
        return hashlib.sha1(read_bytes(path), usedforsecurity=False).hexdigest()
    except UnreadableError:
        return None


def _rename_caches(folder: Path, old: str, new: str) -> None:
    """Keep what was computed of the images: its files carry the hash that names them."""
    if old == new:
        return
    try:
        for path in [path for path in folder.iterdir() if old in path.name]:
            path.replace(path.with_name(path.name.replace(old, new)))
    except OSError as error:
        raise WorkspaceError(
            f"{error.filename or folder} cannot be renamed ({error.strerror}); check the permissions of its "
            f"folder; the dataset has moved all the same."
        ) from error

"""Add a dataset: list the source, look at every image once, divide, write down.

Images of a folder stay where they are; arrays and the images of archives and uploads go into the workspace.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from core.datasets.adding.building import build_dataset
from core.datasets.dataset import Dataset
from core.datasets.parallel import Progress, progress_of_part
from core.datasets.sources.archives import is_archive
from core.datasets.sources.class_names import rename_classes
from core.datasets.sources.folder import ARCHIVE_SUFFIXES, ARRAY_SUFFIXES, TABLE_SUFFIXES
from core.datasets.sources.listing import Listing
from core.datasets.sources.options import MetadataColumns, SourceOptions
from core.datasets.sources.recognize import as_own, list_content, open_source
from core.datasets.sources.uploads import Upload, store_upload
from core.datasets.store import check_new_name, new_scratch, remove_leftovers, save_dataset
from core.errors import DatasetError
from core.workspace import Workspace, full_path

__all__ = ["MetadataColumns", "SourceOptions", "add_dataset", "add_listing", "add_upload", "suggest_name"]


def add_dataset(
    workspace: Workspace,
    source: Path | str,
    *,
    name: str | None = None,
    options: SourceOptions | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of what lies on disk; nothing is kept when this is stopped or refused.

    Args:
        workspace: Where to write it down.
        source: A folder, an archive, a table with images beside it, or a file of arrays.
        name: Unique in the workspace; None: the name of the source.
        options: How to read the source.
        seed: Start of the random numbers that divide the images.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: The source or the name cannot be used; the message says why and what to do.
        WorkspaceError: The disk is full or the workspace cannot be written.
    """
    path = full_path(source)
    options = options or SourceOptions()
    name = check_new_name(workspace, suggest_name(path) if name is None else name)
    _check_seed(seed)
    remove_leftovers(workspace)
    if not (is_archive(path.name) and path.is_file()):
        finding = progress_of_part(progress, "Finding the images", unit="files")
        return add_listing(
            workspace,
            open_source(path, options, progress=finding),
            name=name,
            options=options,
            seed=seed,
            progress=progress,
        )
    scratch = new_scratch(workspace)
    try:
        unpacking = progress_of_part(progress, f"Unpacking {path.name}", unit="files")
        listing = open_source(path, options, scratch=scratch, progress=unpacking)
        return add_listing(workspace, listing, name=name, options=options, seed=seed, progress=progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def add_upload(
    workspace: Workspace,
    files: Sequence[Upload],
    *,
    name: str | None = None,
    options: SourceOptions | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of files that came through the browser; otherwise as ``add_dataset``.

    Args:
        workspace: Where to write it down.
        files: The files of a dropped folder with their paths in it, or a single archive or ``.npz`` file.
        name: Unique in the workspace; None: the name of the folder or file.
        options: How to read the files; ``labels_path`` of a table is its path among them.
        seed: Start of the random numbers that divide the images.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: The files or the name cannot be used; the message says why and what to do.
        WorkspaceError: The disk is full or the workspace cannot be written.
    """
    options = options or SourceOptions()
    top = files[0][0].replace("\\", "/").strip("/").partition("/")[0] if files else "upload"
    name = check_new_name(workspace, suggest_name(top) if name is None else name)
    _check_seed(seed)
    remove_leftovers(workspace)
    scratch = new_scratch(workspace)
    try:
        content = store_upload(
            files, scratch, progress=progress_of_part(progress, "Storing the files", unit="files")
        )
        listing = as_own(list_content(content, options), content, "the upload")
        return add_listing(workspace, listing, name=name, options=options, seed=seed, progress=progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def add_listing(
    workspace: Workspace,
    listing: Listing,
    *,
    name: str,
    options: SourceOptions | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of a listing, whose ``own_files`` are moved into it, or removed when this fails.

    Args:
        workspace: Where to write it down.
        listing: What there is.
        name: Unique in the workspace.
        options: Of these only how to clean the names of the classes.
        seed: Start of the random numbers that divide the images.
        progress: Called with (done, total) images; what it raises stops the work.

    Raises:
        DatasetError: The name is taken, or fewer than two classes have images that can be read.
        WorkspaceError: The disk is full or the workspace cannot be written.
    """
    own_files = listing.own_files
    try:
        name = check_new_name(workspace, name)
        _check_seed(seed)
        if options is not None and options.class_name_rule is not None:
            rename_classes(listing, options.class_name_rule)
        dataset = build_dataset(name, listing, seed=seed, progress=progress)
        arrays, metadata = listing.arrays or None, listing.metadata
        del listing  # its lists have an entry an image, and the dataset is about to be written and read again
        return save_dataset(workspace, dataset, arrays, metadata=metadata, own_files=own_files)
    finally:
        if own_files is not None:
            shutil.rmtree(own_files, ignore_errors=True)


def suggest_name(source: Path | str) -> str:
    """Return a name for the dataset of a source.

    >>> suggest_name("/photos/<my> birds.tar.gz")
    'my birds'
    """
    stem = Path(source).absolute().name
    known = (*ARCHIVE_SUFFIXES, *ARRAY_SUFFIXES, *TABLE_SUFFIXES)
    ending = max((suffix for suffix in known if stem.lower().endswith(suffix)), key=len, default="")
    stem = stem[: len(stem) - len(ending)]
    cleaned = re.sub(r"[^\w .()+,=@-]+", " ", stem)[:60]
    return " ".join(cleaned.split()).strip(" .()+,=@-") or "dataset"


def _check_seed(seed: int) -> None:
    if seed < 0:
        raise DatasetError(f"The seed {seed} is negative; choose 0 or more.")

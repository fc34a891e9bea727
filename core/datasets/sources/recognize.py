"""Tell which kind of source a path is and list what it holds."""

import stat
from pathlib import Path

from core.datasets.parallel import Progress
from core.datasets.sources.archives import is_archive, unpack_archive
from core.datasets.sources.array_files import list_array_file
from core.datasets.sources.class_folders import list_class_folders, require_two_classes
from core.datasets.sources.file_names import group_by_name, list_file_names
from core.datasets.sources.folder import ARRAY_SUFFIXES, TABLE_SUFFIXES, FolderContent, is_text, scan_folder
from core.datasets.sources.listing import Listing
from core.datasets.sources.metadata_table import guess_metadata, list_metadata_table
from core.datasets.sources.options import MetadataColumns, SourceOptions
from core.datasets.sources.table_files import read_table
from core.errors import DatasetError
from core.words import some

KINDS = (
    "a folder of class folders, a folder of images with a table of their labels, an archive (.zip, .tar, "
    ".tar.gz) of such a folder, or arrays (.npz, .npy)"
)


def open_source(
    source: Path,
    options: SourceOptions | None = None,
    *,
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> Listing:
    """Return what a source holds.

    Args:
        source: A folder, an archive, a table with images beside it, or a file of arrays.
        options: How to read it.
        scratch: An empty folder for an archive's files; needed for archives only. It is the ``own_files`` of
            the listing where its images are files.
        progress: Called with (done, total) while files are found or unpacked, the total 0 as long as it is
            unknown; what it raises stops the work.

    Raises:
        DatasetError: The path does not exist, is of no known kind, or cannot be used.
    """
    options = options or SourceOptions()
    tell = None if progress is None else lambda found: progress(found, 0)
    if is_folder(source):
        return list_content(scan_folder(source, tell=tell), options)
    if is_archive(source.name):
        if scratch is None:
            raise ValueError(f"{source} is an archive and needs a folder to be unpacked into.")
        content = unpack_archive(source, scratch, progress=progress)
        return as_own(list_content(content, options), content, source.name)
    if source.suffix.lower() in ARRAY_SUFFIXES:
        return _with_groups(list_arrays(source, options), options)
    if source.suffix.lower() in TABLE_SUFFIXES:
        content = scan_folder(source.parent, tell=tell)
        columns = options.metadata or columns_of(source, content)
        return _with_groups(list_metadata_table(content, columns), options)
    raise DatasetError(f"{source} is no known kind of dataset; give {KINDS}.")


def is_folder(source: Path) -> bool:
    """Whether a path is a folder rather than a file.

    Raises:
        DatasetError: There is nothing, or it cannot be opened or written down.
    """
    try:
        mode = source.stat().st_mode
    except FileNotFoundError as error:
        raise DatasetError(f"{source} does not exist; give the path of {KINDS}.") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(f"{source} cannot be opened ({reason}); give the path of {KINDS}.") from error
    if not is_text(str(source)):
        raise DatasetError(f"The path {str(source)!r} is not UTF-8 text, so it cannot be noted; rename it.")
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise DatasetError(f"{source} is neither a folder nor a regular file; give the path of {KINDS}.")
    return stat.S_ISDIR(mode)


def list_content(content: FolderContent, options: SourceOptions) -> Listing:
    """Return what a folder holds: by its table, its file names, its class folders, or its arrays.

    Without a word in the options, a table is used when there are no class folders and it names the images.

    Raises:
        DatasetError: It holds nothing that can be used as the options say.
    """
    listing = list_as_found(content, options)
    if options.metadata is None and options.label_pattern is None and listing.root is not None:
        require_two_classes(listing, content)
    return _with_groups(listing, options)


def list_as_found(content: FolderContent, options: SourceOptions) -> Listing:
    """Return what a folder holds, with the names of classes as they are and however few there are.

    Raises:
        DatasetError: It holds nothing that can be used as the options say.
    """
    if options.metadata is not None:
        return list_metadata_table(content, options.metadata)
    if options.label_pattern is not None:
        return _with_left_out(list_file_names(content, options.label_pattern), content)
    if not content.images and content.arrays:
        return list_arrays(array_file_in(content), options)
    listing = _with_left_out(list_class_folders(content), content)
    guess = guess_metadata(content) if _has_no_classes(listing, content) else None
    if guess is None:
        return listing
    listing = list_metadata_table(content, guess)
    listing.notes.append(describe_guess(guess))
    return listing


def array_file_in(content: FolderContent) -> Path:
    """Return the file of arrays in a folder without images; of ``.npy`` files one, by which all are found.

    Raises:
        DatasetError: There are several that have nothing to do with each other.
    """
    files = [content.root / path for path in content.arrays]
    packed = [path for path in content.arrays if path.lower().endswith(".npz")]
    if len(packed) > 1 or (packed and len(files) > 1) or len({file.parent for file in files}) > 1:
        raise DatasetError(f"{content.root} holds several datasets, {some(content.arrays)}; give one.")
    return files[0]


def list_arrays(path: Path, options: SourceOptions) -> Listing:
    """Return what a file of arrays holds.

    Raises:
        DatasetError: It cannot be used, or the options are for files of images.
    """
    if options.metadata is not None or options.label_pattern is not None:
        raise DatasetError(f"{path} holds its labels itself; add it without a table or pattern.")
    return list_array_file(path, image_array=options.image_array, label_array=options.label_array)


def as_own(listing: Listing, content: FolderContent, name: str) -> Listing:
    """Say that the images of a listing are the dataset's own, unpacked from a file of that name."""
    if listing.root is not None:
        listing.own_files = content.root
        listing.description = listing.description.replace(str(content.root), name)
    return listing


def columns_of(table: Path, content: FolderContent) -> MetadataColumns:
    """Return the columns of a table that was given as the source itself.

    Raises:
        DatasetError: They cannot be told from their names and the images beside it.
    """
    guess = guess_metadata(content, [table])
    if guess is None:
        columns = read_table(table).columns_in_words
        raise DatasetError(
            f"Which columns of {table} name the image and its class cannot be told (it has {columns}); give "
            f"the folder of the images as the source, and this file with its image and label columns."
        )
    return guess


def describe_guess(guess: MetadataColumns) -> str:
    """Return the sentence that tells which columns were taken without being asked for."""
    parts = [f"image {guess.image_column!r}", f"label {guess.label_column!r}"]
    parts += [f"group {guess.group_column!r}"] if guess.group_column is not None else []
    parts += [f"split {guess.split_column!r}"] if guess.split_column is not None else []
    return f"Columns taken from {guess.labels_path.name} by their names: {', '.join(parts)}."


def _has_no_classes(listing: Listing, content: FolderContent) -> bool:
    try:
        require_two_classes(listing, content)
    except DatasetError:
        return True
    return False


def _with_groups(listing: Listing, options: SourceOptions) -> Listing:
    group_by_name(listing, options)
    return listing


def _with_left_out(listing: Listing, content: FolderContent) -> Listing:
    for path, reason in content.left_out.items():
        listing.add(path, reason=reason)
    return listing

"""Tell which kind of source a path is and list what it holds."""

import stat
from pathlib import Path

from core.datasets.sources.class_folders import list_class_folders
from core.datasets.sources.folder import is_text
from core.datasets.sources.listing import Listing
from core.datasets.sources.metadata_csv import MetadataColumns, list_metadata_csv, read_columns
from core.datasets.sources.npz_arrays import list_npz_arrays
from core.errors import DatasetError

KINDS = "a folder of class folders, a folder of images with a CSV file of their labels, or an .npz file"


def open_source(
    source: Path, metadata: MetadataColumns | None = None, *, group_separator: str | None = None
) -> Listing:
    """Return what a folder or ``.npz`` file holds.

    Args:
        source: The folder or file.
        metadata: Where the labels of a folder of images stand; None: in the names of its subfolders.
        group_separator: For class folders, see ``list_class_folders``.

    Raises:
        DatasetError: The path does not exist, is of no known kind, or cannot be used.
    """
    try:
        is_folder = stat.S_ISDIR(source.stat().st_mode)
    except FileNotFoundError as error:
        raise DatasetError(f"{source} does not exist; give the path of {KINDS}.") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(f"{source} cannot be opened ({reason}); give the path of {KINDS}.") from error
    if not is_text(str(source)):
        raise DatasetError(f"The path {str(source)!r} is not UTF-8 text, so it cannot be noted; rename it.")
    if is_folder:
        if metadata is not None:
            return list_metadata_csv(source, metadata)
        return list_class_folders(source, group_separator=group_separator)
    suffix = source.suffix.lower()
    if suffix == ".npz" and metadata is None:
        return list_npz_arrays(source)
    if suffix == ".npz":
        raise DatasetError(f"{source} holds its labels itself; add it without a CSV file.")
    if suffix in {".csv", ".tsv"}:
        columns = ", ".join(read_columns(source))
        raise DatasetError(
            f"{source} is a file of labels; give the folder of the images as the source, and this file with "
            f"its image and label columns (it has {columns}) as the labels."
        )
    hint = " Unpack it first." if suffix in {".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"} else ""
    raise DatasetError(f"{source} is no known kind of dataset; give {KINDS}.{hint}")

"""A folder of class folders, also with train, val and test folders above them.

    birds/robin/1.jpg                   birds/train/robin/1.jpg
    birds/wren/deeper/2.jpg             birds/test/wren/2.jpg

The name of the class folder is the class; files at any depth below it belong to it.
"""

from collections import defaultdict
from pathlib import Path

from core.datasets.sources.folder import FolderContent, scan_folder
from core.datasets.sources.listing import Listing, clean_label, some
from core.errors import DatasetError

SPLIT_FOLDERS = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip
NO_CLASS = "The file lies in no class folder; move it into the folder of its class."


def list_class_folders(root: Path, *, group_separator: str | None = None) -> Listing:
    """List a folder of class folders.

    Args:
        root: The folder; a folder that holds nothing but one folder of class folders will do as well.
        group_separator: Images whose names agree up to the last of this text are one group, such as ``_``
            for ``photo7_1.jpg`` and ``photo7_2.jpg``; None: every image stands alone.

    Raises:
        DatasetError: There are no images, or all are in one class.
    """
    content = _descend(scan_folder(root))
    if not content.images:
        raise DatasetError(
            f"There are no images in {root}; choose a folder whose subfolders are named after the classes "
            f"and hold JPEG, PNG, BMP, GIF, WebP or TIFF files."
        )
    has_splits = _has_splits(content.images)
    listing = Listing(description=f"Images of the class folders in {content.root}.", root=content.root)
    for path in content.images:
        split, label = _place(path, has_splits)
        group = _group(path, group_separator) if group_separator else None
        listing.add(path, label, split=split, group=group, reason=None if label else NO_CLASS)
    for path, reason in content.left_out.items():
        listing.add(path, reason=reason)
    _require_two_classes(listing, content)
    return listing


def _descend(content: FolderContent) -> FolderContent:
    """Enter a folder that merely wraps the one with the class folders."""
    while content.images:
        children = _children(content.images)
        only = next(iter(children))
        if len(children) > 1 or "" in children or len(_children(children[only])) < 2:
            break
        if only.casefold() in SPLIT_FOLDERS:
            break
        content = scan_folder(content.root / only)
    return content


def _children(paths: list[str]) -> dict[str, list[str]]:
    """First folder of each path to the rest of the paths; the empty name holds files without a folder."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        first, slash, rest = path.partition("/")
        found[first if slash else ""].append(rest if slash else path)
    return found


def _has_splits(paths: list[str]) -> bool:
    """Tell whether the first folders are splits: one of them is train, or all are, and it holds folders."""
    children = _children(paths)
    names = [name for name in children if name.casefold() in SPLIT_FOLDERS]
    trains = [name for name in names if SPLIT_FOLDERS[name.casefold()] == "train"]
    wanted = trains or (names if len(names) == len(children) else [])
    return any("/" in rest for name in wanted for rest in children[name])


def _place(path: str, has_splits: bool) -> tuple[str | None, str | None]:
    """Return split and class name of a path; no class name where it is in no class folder."""
    folders = path.split("/")[:-1]
    if not has_splits:
        return None, (clean_label(folders[0]) or None) if folders else None
    split = SPLIT_FOLDERS.get(folders[0].casefold()) if folders else None
    if split is None or len(folders) < 2:
        return None, None
    return split, clean_label(folders[1]) or None


def _group(path: str, separator: str) -> str:
    stem = Path(path).stem
    return stem.rpartition(separator)[0] or stem


def _require_two_classes(listing: Listing, content: FolderContent) -> None:
    names = sorted({label for label in listing.labels if label})
    if len(names) > 1:
        return
    tables = [name for name in content.other_files if name.lower().endswith((".csv", ".tsv"))]
    found = f"only one class folder with images, {names[0]!r}" if names else "no class folders"
    remedy = (
        f"give the labels' file {some(tables)} with its image and label columns"
        if tables
        else "put the images into one folder a class, or give a CSV file with their labels"
    )
    raise DatasetError(f"{content.root} has {found}, and telling classes apart needs two; {remedy}.")

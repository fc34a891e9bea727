"""A folder of class folders, also with train, val and test folders above or below them.

    birds/robin/1.jpg            birds/train/robin/1.jpg            birds/robin/train/1.jpg
    birds/wren/deeper/2.jpg      birds/test/wren/2.jpg              birds/wren/test/2.jpg

The name of the class folder is the class; files at any depth below it belong to it.
"""

from collections import defaultdict
from enum import Enum

from core.datasets.sources.folder import FolderContent
from core.datasets.sources.listing import Listing, clean_label
from core.datasets.sources.splits import split_named
from core.errors import DatasetError
from core.words import some

NO_CLASS = "The file lies in no class folder; move it into the folder of its class."
NO_SPLIT = "The file lies in no train, val or test folder as the others do; move it into one."


class Layout(Enum):
    """What the folders below the source mean, from the outside in."""

    CLASSES = "classes"
    SPLITS_OF_CLASSES = "splits, then classes"
    CLASSES_OF_SPLITS = "classes, then splits"


def list_class_folders(content: FolderContent) -> Listing:
    """List a folder of class folders; folders that merely wrap them are seen through.

    Raises:
        DatasetError: There are no images.
    """
    if not content.images:
        raise DatasetError(
            f"There are no images in {content.root}; choose a folder whose subfolders are named after the "
            f"classes and hold JPEG, PNG, BMP, GIF, WebP or TIFF files.{_found_instead(content)}"
        )
    depth = _depth(content.images)
    layout = _layout(content.images, depth)
    listing = Listing(
        description=f"Images of the class folders in {content.root}.",
        root=content.root,
        notes=[*content.notes],
    )
    labels: dict[str, str] = {}
    for path in content.images:
        split, folder = _place(path, layout, depth)
        label = labels.setdefault(folder, clean_label(folder)) if folder else None
        reason = None if label else NO_CLASS
        if label and split is None and layout is not Layout.CLASSES:
            reason = NO_SPLIT
        listing.add(path, label or None, split=split, reason=reason)
    return listing


def require_two_classes(listing: Listing, content: FolderContent) -> None:
    """Refuse a folder in which fewer than two class folders were found.

    Raises:
        DatasetError: With what to do instead.
    """
    names = sorted({label for label in listing.labels if label})
    if len(names) > 1 and not all(split_named(name) for name in names):
        return
    found = f"only one class folder with images, {names[0]!r}" if len(names) == 1 else "no class folders"
    if len(names) > 1:
        found = f"no class folders below {some(names)}"
    remedy = (
        f"give the labels' file {some(content.tables)} with its image and label columns"
        if content.tables
        else "put the images into one folder a class, give a table with their labels, or a pattern such as "
        "{label}_{rest} that reads them from the file names"
    )
    raise DatasetError(f"{content.root} has {found}, and telling classes apart needs two; {remedy}.")


def _found_instead(content: FolderContent) -> str:
    if content.archives:
        return f" It has {some(content.archives)}, which is not opened there; give it as the source itself."
    return ""


def _depth(paths: list[str]) -> int:
    """Return how many folders merely wrap the one with the class folders."""
    depth = 0
    while True:
        children = _children(paths, depth)
        only = next(iter(children))
        wraps = len(children) == 1 and only and split_named(only) is None
        below = _children(paths, depth + 1) if wraps else {}
        only_splits = all(split_named(name) for name in below)
        holds_classes = not only_splits or any(path.count("/") > depth + 2 for path in paths)
        if len(below) < 2 or not holds_classes:
            return depth
        depth += 1


def _children(paths: list[str], depth: int) -> dict[str, list[str]]:
    """Folder at a depth to the paths below it; the empty name holds files above that depth."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folders = path.split("/", depth + 1)
        found[folders[depth] if len(folders) > depth + 1 else ""].append(path)
    return found


def _layout(paths: list[str], depth: int) -> Layout:
    """Splits come first when one folder is train, or all are splits, and it holds folders."""
    children = _children(paths, depth)
    names = [name for name in children if split_named(name)]
    trains = [name for name in names if split_named(name) == "train"]
    wanted = trains or (names if len(names) == len(children) else [])
    if any(path.count("/") > depth + 1 for name in wanted for path in children[name]):
        return Layout.SPLITS_OF_CLASSES
    below = {name for path in paths for name in path.split("/")[depth + 1 : -1][:1]}
    if below and all(split_named(name) for name in below) and "train" in map(split_named, below):
        return Layout.CLASSES_OF_SPLITS
    return Layout.CLASSES


def _place(path: str, layout: Layout, depth: int) -> tuple[str | None, str | None]:
    """Return split and class folder of a path; no class folder where it is in none."""
    folders = path.split("/")[depth:-1]
    if layout is Layout.CLASSES:
        return None, folders[0] if folders else None
    if layout is Layout.CLASSES_OF_SPLITS:
        return split_named(folders[1]) if len(folders) > 1 else None, folders[0] if folders else None
    split = split_named(folders[0]) if folders else None
    if split is None or len(folders) < 2:
        return None, None
    return split, folders[1]

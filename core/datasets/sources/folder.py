"""Find the image files below a folder without leaving it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.integrity import is_image_name
from core.errors import DatasetError

HIDDEN = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information"})
LEADS_OUTSIDE = "It is a link that leads out of the folder; copy the file there instead."
NO_TEXT = "Its name is not UTF-8 text; rename it."
LINKED_FOLDER = "It is a link to a folder, which is not followed; copy the folder there instead."


@dataclass
class FolderContent:
    """Image files found below a folder.

    Attributes:
        root: The folder.
        images: Paths of image files relative to root, with forward slashes, sorted.
        left_out: Path of each link or folder that was not entered, to the reason.
        other_files: Names of visible files directly in the folder that are not images.
    """

    root: Path
    images: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    other_files: list[str] = field(default_factory=list)


def scan_folder(root: Path) -> FolderContent:
    """List the image files below ``root``; hidden files and folders are passed over.

    Raises:
        DatasetError: The folder does not exist or cannot be read.
    """
    content = FolderContent(root)
    real_root = root.resolve()
    folders = [""]
    while folders:
        prefix = folders.pop()
        try:
            with os.scandir(root / prefix) as entries:
                for entry in entries:
                    _sort_in(entry, prefix, content, folders, real_root)
        except OSError as error:
            reason = f"The folder cannot be read ({error.strerror}); check that you may open it."
            if not prefix:
                raise DatasetError(f"{root}: {reason}") from error
            content.left_out[prefix] = reason
    content.images.sort()
    return content


def is_text(name: str) -> bool:
    """Whether a name can be written down; Linux allows any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sort_in(
    entry: os.DirEntry[str], prefix: str, content: FolderContent, folders: list[str], real_root: Path
) -> None:
    path = prefix + entry.name
    if entry.name.startswith(".") or entry.name in HIDDEN:
        return
    is_link, is_folder = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
    is_image = is_image_name(entry.name)
    if (is_folder or is_image) and not is_text(entry.name):
        content.left_out[path.encode(errors="backslashreplace").decode()] = NO_TEXT
    elif is_folder:
        folders.append(f"{path}/")
    elif is_link and os.path.isdir(entry.path):  # noqa: PTH112 - false for a link to itself, not an error
        content.left_out[path] = LINKED_FOLDER
    elif not is_image:
        content.other_files += [] if prefix else [entry.name]
    elif is_link and not Path(os.path.realpath(entry.path)).is_relative_to(real_root):
        content.left_out[path] = LEADS_OUTSIDE
    else:
        content.images.append(path)

"""Find the image files below a folder without leaving it."""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.images.integrity import is_image_name
from core.errors import DatasetError

HIDDEN = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "Thumbs.db", "desktop.ini"})
TABLE_SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")
ARRAY_SUFFIXES = (".npz", ".npy")
ARCHIVE_SUFFIXES = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz",
)  # fmt: skip
OTHER_ARCHIVES = (".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".lzma", ".iso", ".cab")
LEADS_OUTSIDE = "It is a link that leads out of the folder and is not followed; copy what it leads to there."
NO_TEXT = "Its name is not UTF-8 text; rename it."
IN_A_CIRCLE = "It is a link to a folder that holds it, which would never end; remove the link."
TOO_MANY_LINKS = "It is one of more than 10,000 links to folders; copy the folder there instead."
MAX_LINKED_FOLDERS = 10_000  # folders that link to each other can make exponentially many paths


@dataclass
class FolderContent:
    """Files found below a folder, or in an archive.

    Attributes:
        root: The folder.
        images: Paths of image files relative to root, with forward slashes, sorted.
        left_out: Path of each link, folder or file that cannot be used, to the reason.
        tables: Paths of files that may hold labels.
        arrays: Paths of ``.npz`` and ``.npy`` files.
        archives: Paths of archives, which are not opened.
        is_complete: False where the search was ended early, for a preview.
        notes: Sentences a person should read.
    """

    root: Path
    images: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    is_complete: bool = True
    notes: list[str] = field(default_factory=list)

    def sort_in(self, path: str) -> None:
        """Add a file by its name; what is none of the known kinds is passed over."""
        lower = path.lower()
        if is_image_name(path.rpartition("/")[2]):
            self.images.append(path)
        elif lower.endswith(TABLE_SUFFIXES):
            self.tables.append(path)
        elif lower.endswith(ARRAY_SUFFIXES):
            self.arrays.append(path)
        elif lower.endswith((*ARCHIVE_SUFFIXES, *OTHER_ARCHIVES)):
            self.archives.append(path)

    def sort(self) -> None:
        """Put the paths in order, so that the same files give the same dataset."""
        for paths in (self.images, self.tables, self.arrays, self.archives):
            paths.sort()


def scan_folder(
    root: Path, *, limit: int | None = None, tell: Callable[[int], None] | None = None
) -> FolderContent:
    """List the files below ``root``; hidden ones are passed over, links are followed within it only.

    Args:
        root: The folder.
        limit: Stop after about so many images, for a preview; None: find all.
        tell: Called with the number of images from time to time; what it raises stops the search.

    Raises:
        DatasetError: The folder does not exist or cannot be read.
    """
    search = _Search(FolderContent(root), root.resolve())
    while search.folders:
        search.enter(*search.folders.popleft())
        if tell is not None:
            tell(len(search.content.images))
        if limit is not None and len(search.content.images) >= limit and search.folders:
            search.content.is_complete = False
            break
    search.content.sort()
    return search.content


def is_hidden(name: str) -> bool:
    """Whether a file or folder is passed over by its name."""
    return name.startswith(".") or name in HIDDEN


def is_text(name: str) -> bool:
    """Whether a name can be written down; Linux allows any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Search:
    """One walk through a folder, the upper folders first."""

    def __init__(self, content: FolderContent, real_root: Path) -> None:
        self.content = content
        self.real_root = real_root
        # Path below the root with a slash at the end, and the real folders of the links on the way to it.
        self.folders: deque[tuple[str, tuple[Path, ...]]] = deque([("", (real_root,))])
        self.num_links = 0

    def enter(self, prefix: str, through: tuple[Path, ...]) -> None:
        try:
            with os.scandir(self.content.root / prefix) as entries:
                for entry in entries:
                    if not is_hidden(entry.name):
                        self._sort_in(entry, prefix, through)
        except OSError as error:
            reason = f"The folder cannot be read ({error.strerror}); check that you may open it."
            if not prefix:
                raise DatasetError(f"{self.content.root}: {reason}") from error
            self.content.left_out[prefix] = reason

    def _sort_in(self, entry: os.DirEntry[str], prefix: str, through: tuple[Path, ...]) -> None:
        path = prefix + entry.name
        is_link, is_folder = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
        leads_to_folder = is_link and os.path.isdir(entry.path)  # noqa: PTH112 - false for a link to itself
        if not is_text(entry.name):
            if is_folder or leads_to_folder or is_image_name(entry.name):
                self.content.left_out[path.encode(errors="backslashreplace").decode()] = NO_TEXT
        elif is_folder:
            self.folders.append((f"{path}/", through))
        elif is_link:
            self._follow(entry, path, through, leads_to_folder)
        else:
            self.content.sort_in(path)

    def _follow(
        self, entry: os.DirEntry[str], path: str, through: tuple[Path, ...], leads_to_folder: bool
    ) -> None:
        target = Path(os.path.realpath(entry.path))
        if not target.is_relative_to(self.real_root):
            if leads_to_folder or is_image_name(entry.name):
                self.content.left_out[path] = LEADS_OUTSIDE
        elif not leads_to_folder:
            self.content.sort_in(path)
        elif Path(os.path.realpath(Path(entry.path).parent)).is_relative_to(target) or target in through:
            self.content.left_out[path] = IN_A_CIRCLE
        elif self.num_links >= MAX_LINKED_FOLDERS:
            self.content.left_out[path] = TOO_MANY_LINKS
        else:
            self.num_links += 1
            self.folders.append((f"{path}/", (*through, target)))

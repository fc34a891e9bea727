"""A CSV file beside a folder of images: one row an image, with its label and optionally its group."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.datasets.sources.folder import FolderContent, scan_folder
from core.datasets.sources.listing import Listing, clean_label, some
from core.errors import DatasetError
from core.workspace import full_path

DELIMITERS = ",;\t|"
IMAGE_WORDS = ("image", "file", "path", "picture", "photo")
LABEL_WORDS = ("label", "class", "dx", "diagnosis", "species", "category", "target")
GROUP_WORDS = ("group", "patient", "lesion", "subject", "track", "specimen")


@dataclass(frozen=True)
class MetadataColumns:
    """Which columns of which CSV file tell image, label and group.

    Attributes:
        labels_path: The CSV file, UTF-8; comma, semicolon, tab or bar between the columns.
        image_column: Name of the column with the image's file name, with or without folder and extension.
        label_column: Name of the column with the class.
        group_column: Name of the column with what several images share, such as a patient; None: none.
    """

    labels_path: Path
    image_column: str
    label_column: str
    group_column: str | None = None


def read_columns(labels_path: Path) -> list[str]:
    """Return the names of the columns of a CSV file.

    Raises:
        DatasetError: The file is missing, is not UTF-8 text or is empty.
    """
    return _read_rows(labels_path)[0]


def guess_columns(columns: list[str]) -> tuple[int, int, int | None]:
    """Return the positions of the columns that image, label and group probably are, for a form to begin with.

    >>> guess_columns(["lesion_id", "image_id", "dx"])
    (1, 2, 0)
    """
    names = [name.casefold() for name in columns]

    def find(words: tuple[str, ...], taken: set[int]) -> int | None:
        ranked = (k for word in words for k, name in enumerate(names) if word in name and k not in taken)
        return next(ranked, None)

    image = find(IMAGE_WORDS, set()) or 0
    rest = [k for k in range(len(names)) if k != image]
    label = find(LABEL_WORDS, {image})
    label = label if label is not None else rest[0] if rest else 0
    return image, label, find(GROUP_WORDS, {image, label})


def list_metadata_csv(root: Path, metadata: MetadataColumns) -> Listing:
    """List the rows of a CSV file with the images they name; a row without its image is left out.

    Raises:
        DatasetError: The folder or the file cannot be read, a column is missing, or no image is found.
    """
    path = full_path(metadata.labels_path)
    columns, rows = _read_rows(path)
    wanted = (metadata.image_column, metadata.label_column, metadata.group_column)
    missing = [name for name in wanted if name is not None and name not in columns]
    if missing:
        raise DatasetError(f"{path} has no column {some(missing)}; its columns are {', '.join(columns)}.")
    image, label = columns.index(metadata.image_column), columns.index(metadata.label_column)
    group = columns.index(metadata.group_column) if metadata.group_column is not None else None
    content = scan_folder(root)
    finder = _Finder(content)
    listing = Listing(description=f"Images in {root} with labels from {path.name}.", root=root)
    for number, row in rows:
        found, reason = finder.find(row[image], number)
        name = clean_label(row[label])
        reason = reason or (None if name else f"Row {number} of {path.name} has no label; fill it in.")
        owner = row[group].strip() if group is not None else ""
        listing.add(found or row[image].strip() or None, name or None, group=owner or None, reason=reason)
    _require_images(listing, root, metadata)
    unnamed = len(content.images) - len(finder.used)
    if unnamed:
        listing.notes.append(f"Not used, since no row of {path.name} names them: {unnamed:,} images.")
    return listing


def _read_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the column names and (line number, cells) of each row that is not empty."""
    path = full_path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(DELIMITERS, key=first.count)
            lines = _padded(csv.reader(file, delimiter=delimiter))
            columns = [name.strip() for name in next(lines, (0, []))[1]]
            rows = [(number, cells + [""] * (len(columns) - len(cells))) for number, cells in lines]
    except OSError as error:
        raise DatasetError(f"{path} cannot be opened ({error.strerror or error}); check the path.") from error
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path} is not UTF-8 text; save it as 'CSV UTF-8' in your spreadsheet program."
        ) from error
    except csv.Error as error:
        raise DatasetError(f"{path} is not readable as CSV ({error}); save it as 'CSV UTF-8'.") from error
    if not any(columns):
        raise DatasetError(f"{path} is empty; its first line must name the columns.")
    return columns, rows


def _padded(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(reader, start=1):
        if any(cell.strip() for cell in cells):
            yield number, cells


class _Finder:
    """Finds the file that a cell names: by path, by path without extension, by name, by bare name."""

    def __init__(self, content: FolderContent) -> None:
        self.used: set[str] = set()
        self.left_out = {key: reason for path, reason in content.left_out.items() for key in _keys(path)}
        self.by_key: dict[str, list[str]] = defaultdict(list)
        for path in content.images:
            for key in _keys(path):
                self.by_key[key].append(path)

    def find(self, cell: str, number: int) -> tuple[str | None, str | None]:
        """Return the path or the reason why there is none."""
        name = cell.strip().replace("\\", "/").removeprefix("./")
        if not name:
            return None, f"Row {number} names no image; fill it in."
        if name.startswith("/") or ".." in name.split("/") or name[1:3] == ":/":
            return None, "The name leads out of the folder; give names inside the folder of images."
        found = self.by_key.get(name, [])
        if not found:
            return None, self.left_out.get(name, f"Row {number} names an image that is not there; add it.")
        exact = [path for path in found if path == name]
        if len(found) > 1 and not exact:
            return None, f"Row {number} could mean {some(found)}; write folder and extension too."
        path = (exact or found)[0]
        if path in self.used:
            return path, f"Row {number} names an image of an earlier row; keep one of them."
        self.used.add(path)
        return path, None


def _keys(path: str) -> set[str]:
    """The ways to write a path: with or without folders, with or without extension."""
    bare = path.rpartition(".")[0] or path
    return {path, bare, path.rpartition("/")[2], bare.rpartition("/")[2]}


def _require_images(listing: Listing, root: Path, metadata: MetadataColumns) -> None:
    if any(reason is None for reason in listing.reasons):
        return
    if not listing.reasons:
        raise DatasetError(f"{metadata.labels_path} has no rows below its column names; add one an image.")
    raise DatasetError(
        f"None of the {len(listing.reasons)} rows of {metadata.labels_path} can be used; the first, "
        f"{listing.paths[0] or ''!r} in column {metadata.image_column!r}: {listing.reasons[0]} "
        f"Check the folder {root} and the chosen columns."
    )

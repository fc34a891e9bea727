"""A table beside a folder of images: one row an image, with its label and optionally its group and split."""

from collections import Counter
from pathlib import Path

from core.datasets.sources.folder import FolderContent
from core.datasets.sources.listing import Listing, clean_label
from core.datasets.sources.options import MetadataColumns
from core.datasets.sources.splits import split_named, splits_of_folders
from core.datasets.sources.table_files import TableFile, read_table
from core.errors import DatasetError
from core.words import some
from core.workspace import full_path

IMAGE_WORDS = ("image", "file", "path", "picture", "photo")
LABEL_WORDS = ("label", "class", "dx", "diagnosis", "species", "category", "target")
GROUP_WORDS = ("group", "patient", "lesion", "subject", "track", "specimen")
SPLIT_WORDS = ("split", "subset", "partition")
MAX_TABLES = 5  # looked into when no table was named
CHECKED_ROWS = 500  # of a table, to see whether a column names images


def read_columns(labels_path: Path) -> list[str]:
    """Return the names of the columns of a table.

    Raises:
        DatasetError: The file is missing, is no table or is empty.
    """
    return read_table(labels_path).columns


def guess_columns(columns: list[str]) -> tuple[int, int, int | None]:
    """Return the positions of the columns that image, label and group probably are, for a form to begin with.

    >>> guess_columns(["lesion_id", "image_id", "dx"])
    (1, 2, 0)
    """
    image = _find(columns, IMAGE_WORDS, set()) or 0
    rest = [k for k in range(len(columns)) if k != image]
    label = _find(columns, LABEL_WORDS, {image})
    label = label if label is not None else rest[0] if rest else 0
    return image, label, _find(columns, GROUP_WORDS, {image, label})


def guess_metadata(content: FolderContent, tables: list[Path] | None = None) -> MetadataColumns | None:
    """Return the one table that names images of a folder, with its columns told by their names; else None.

    Args:
        content: The folder with its images.
        tables: The tables to look into; None: those in the folder.
    """
    paths = tables if tables is not None else [content.root / path for path in content.tables]
    if not content.images or not 1 <= len(paths) <= MAX_TABLES:
        return None
    guesses = []
    for path in paths:
        try:
            guesses.append(_guess_in(read_table(path), content))
        except DatasetError:
            guesses.append(None)
    found = [guess for guess in guesses if guess is not None]
    return found[0] if len(found) == 1 else None


def list_metadata_table(content: FolderContent, metadata: MetadataColumns) -> Listing:
    """List the rows of a table with the images they name; a row without its image is left out.

    An image that several rows name with one label counts once; with several labels it is left out.

    Raises:
        DatasetError: The table cannot be read, a column is missing, or no image is found.
    """
    table = read_table(locate_table(metadata.labels_path, content.root))
    _require_columns(table, metadata)
    entries = _Entries(table, metadata, content)
    listing = Listing(
        description=f"Images in {content.root} with labels from column {metadata.label_column!r} "
        f"of {table.path.name}.",
        root=content.root,
        notes=[*table.notes, *content.notes],
    )
    for row in entries.rows:
        entries.add(row, listing)
    taken = {metadata.image_column, metadata.label_column, metadata.group_column, metadata.split_column}
    listing.metadata = table.extras(taken).iloc[entries.rows].reset_index(drop=True)
    listing.notes += entries.notes()
    _require_images(listing, table, metadata, content.root)
    return listing


class _Entries:
    """The rows of a table, each with the image it names."""

    def __init__(self, table: TableFile, metadata: MetadataColumns, content: FolderContent) -> None:
        self.table = table
        self.file = table.path.name
        self.names = [_clean_name(name) for name in table.texts(metadata.image_column)]
        self.labels = [clean_label(text) for text in table.texts(metadata.label_column)]
        self.groups = table.texts(metadata.group_column) if metadata.group_column is not None else None
        self.splits = table.texts(metadata.split_column) if metadata.split_column is not None else None
        self.num_images = len(content.images)
        self.finder = _Finder(content, self.names)
        self.found = [self.finder.find(name) for name in self.names]
        self.rows_of: dict[str, list[int]] = {}
        for row, (path, _) in enumerate(self.found):
            if path is not None:
                self.rows_of.setdefault(path, []).append(row)
        self.split_of_path = splits_of_folders(list(self.rows_of)) if self.splits is None else {}
        again = {row for rows in self.rows_of.values() for row in rows[1:]}
        self.rows = [row for row in range(len(self.names)) if row not in again]

    def add(self, row: int, listing: Listing) -> None:
        """Append a row to a listing."""
        path, reason = self.found[row]
        label = self.labels[row]
        number, file = self.table.numbers[row], self.file
        rows = self.rows_of[path] if path is not None else [row]
        labels = [label] if len(rows) == 1 else list(dict.fromkeys(self.labels[each] for each in rows))
        split = self.split_of_path.get(path or "")
        if reason is not None:
            reason = f"Row {number} {reason}"
        elif len(labels) > 1:
            numbers = ", ".join(str(self.table.numbers[each]) for each in rows[:5])
            reason = f"Rows {numbers} of {file} give it several labels, {some(labels)}; keep the right one."
        elif not label:
            reason = f"Row {number} of {file} has no label; fill it in."
        elif self.splits is not None:
            split = split_named(self.splits[row])
            if split is None:
                reason = (
                    f"Row {number} of {file} has the split {self.splits[row]!r}; write train, val or test."
                )
        group = self.groups[row] if self.groups is not None else None
        listing.add(
            path or self.names[row] or None, label or None, split=split, group=group or None, reason=reason
        )

    def notes(self) -> list[str]:
        """What a person should know about the table as a whole."""
        name = self.file
        same = sum(
            len(rows) - 1 for rows in self.rows_of.values() if len({self.labels[row] for row in rows}) == 1
        )
        notes = (
            [f"Named again by a later row of {name} with the same label: {same:,} images."] if same else []
        )
        unnamed = self.num_images - len(self.rows_of)
        if unnamed:
            notes.append(f"Not used, since no row of {name} names them: {unnamed:,} images.")
        if self.finder.num_renamed:
            count = f"{self.finder.num_renamed:,}"
            notes.append(f"Found under another extension than {name} gives: {count} images.")
        return notes


class _Finder:
    """Finds the file that a cell names: by path, by path without extension, by name, by bare name."""

    def __init__(self, content: FolderContent, names: list[str]) -> None:
        wanted = {*names, *(_bare(name) for name in names)}
        self.left_out = {key: reason for path, reason in content.left_out.items() for key in _keys(path)}
        self.by_key: dict[str, str | list[str]] = {}
        for path in content.images:
            for key in _keys(path) & wanted:
                before = self.by_key.get(key)
                if before is None:
                    self.by_key[key] = path
                elif isinstance(before, list):
                    before.append(path)
                else:
                    self.by_key[key] = [before, path]
        self.num_renamed = 0

    def find(self, name: str) -> tuple[str | None, str | None]:
        """Return the path, or the reason why there is none: what to say after the number of the row."""
        if not name:
            return None, "names no image; fill it in."
        if name.startswith("/") or ".." in name.split("/") or name[1:3] == ":/":
            return None, "has a name that leads out of the folder; give names inside the folder of images."
        found = self.by_key.get(name)
        if found is None and name not in self.left_out:
            found = self.by_key.get(_bare(name))
            self.num_renamed += isinstance(found, str)
        if found is None:
            return None, _after_row(self.left_out.get(name))
        if isinstance(found, list) and name not in found:
            return None, f"could mean {some(found)}; write folder and extension too."
        return (name if isinstance(found, list) else found), None


def _after_row(reason: str | None) -> str:
    return "names an image that is not there; add it." if reason is None else f"cannot be used. {reason}"


def _clean_name(cell: str) -> str:
    name = cell.replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return name


def _bare(path: str) -> str:
    return path.rpartition(".")[0] or path


def _keys(path: str) -> set[str]:
    """The ways to write a path: with or without folders, with or without extension."""
    bare = _bare(path)
    return {path, bare, path.rpartition("/")[2], bare.rpartition("/")[2]}


def locate_table(labels_path: Path, root: Path) -> Path:
    """Return where a table lies: below the source, else at its own path."""
    below = root / labels_path
    if not labels_path.is_absolute() and ".." not in labels_path.parts and below.exists():
        return below
    return full_path(labels_path)


def _require_columns(table: TableFile, metadata: MetadataColumns) -> None:
    wanted = (metadata.image_column, metadata.label_column, metadata.group_column, metadata.split_column)
    missing = [name for name in wanted if name is not None and name not in table.columns]
    if missing:
        raise DatasetError(
            f"{table.path} has no column {some(missing)}; its columns are {table.columns_in_words}."
        )


def _require_images(listing: Listing, table: TableFile, metadata: MetadataColumns, root: Path) -> None:
    if any(reason is None for reason in listing.reasons):
        return
    if not listing.reasons:
        raise DatasetError(f"{table.path} has no rows below its column names; add one an image.")
    raise DatasetError(
        f"None of the {len(listing.reasons):,} rows of {table.path} can be used; the first, "
        f"{listing.paths[0] or ''!r} in column {metadata.image_column!r}: {listing.reasons[0]} "
        f"Check the folder {root} and the chosen columns."
    )


def _guess_in(table: TableFile, content: FolderContent) -> MetadataColumns | None:
    columns = table.columns
    image = next(
        (k for k in _rank(columns, (*IMAGE_WORDS, "id", "")) if _names_images(table, k, content)), None
    )
    if image is None:
        return None
    label = _find(columns, LABEL_WORDS, {image})
    if label is None:
        rest = [k for k in range(len(columns)) if k != image]
        label = rest[0] if len(rest) == 1 else None
    if label is None:
        return None
    split = _find(columns, SPLIT_WORDS, {image, label})
    if split is not None and any(split_named(text) is None for text in set(table.texts(columns[split]))):
        split = None
    group = _find(columns, GROUP_WORDS, {image, label, split})
    named = [columns[k] if k is not None else None for k in (group, split)]
    return MetadataColumns(table.path, columns[image], columns[label], *named)


def _names_images(table: TableFile, position: int, content: FolderContent) -> bool:
    """Whether at least half of a column's first cells name an image each of its own."""
    names = [_clean_name(name) for name in table.texts(table.columns[position])[:CHECKED_ROWS]]
    finder = _Finder(content, names)
    found = Counter(path for path, _ in map(finder.find, names) if path is not None)
    return bool(names) and len(found) >= len(names) / 2


def _rank(columns: list[str], words: tuple[str, ...]) -> list[int]:
    """Positions of columns whose names are or hold one of the words, the earlier words first."""
    names = [name.casefold() for name in columns]
    ranked = [k for k, name in enumerate(names) if name in words]
    ranked += [k for word in words for k, name in enumerate(names) if word in name]
    return list(dict.fromkeys(ranked))


def _find(columns: list[str], words: tuple[str, ...], taken: set[int | None]) -> int | None:
    return next((k for k in _rank(columns, words) if k not in taken), None)

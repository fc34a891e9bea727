"""Rows of a Hugging Face dataset: pictures into files, byte for byte, other columns into a listing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from core.datasets.images.integrity import SUPPORTED
from core.datasets.sources.listing import Listing, clean_label
from core.errors import WorkspaceError

# How files begin, for pictures that came without a name.
BEGINNINGS = (
    (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"GIF8", ".gif"), (b"BM", ".bmp"),
    (b"RIFF", ".webp"), (b"II*\0", ".tif"), (b"MM\0*", ".tif"),
)  # fmt: skip
UNNAMED = ".img"
PER_FOLDER = 1000  # files; folders of a hundred thousand are slow to list


class RowReader:
    """Takes one row after the other.

    Attributes:
        folder: Where the pictures are written.
        image_column: Name of the column of pictures.
        label_column: Name of the column of the class.
        features: Type of each column, as ``datasets`` says it.
    """

    def __init__(
        self, folder: Path, image_column: str, label_column: str, features: Mapping[str, Any]
    ) -> None:
        import datasets  # noqa: PLC0415

        self.folder = folder
        self.image_column, self.label_column, self.features = image_column, label_column, features
        kinds = (datasets.Value, datasets.ClassLabel)
        self._extra: dict[str, list[Any]] = {
            name: []
            for name, kind in features.items()
            if isinstance(kind, kinds) and name not in {image_column, label_column}
        }
        self._counts: Counter[str] = Counter()

    def undecoded(self, rows: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows of a split, pictures as bytes."""
        from datasets import Image  # noqa: PLC0415

        yield from rows.cast_column(self.image_column, Image(decode=False))

    def add(self, row: Mapping[str, Any], part: str, listing: Listing, *, split: str | None) -> None:
        """Write the picture of a row down and append the row to a listing.

        Args:
            row: Column to cell, the picture undecoded.
            part: The split as the dataset calls it, which names the folder of the file.
            listing: Where to append.
            split: The split as we call it; None: it is still to be made.

        Raises:
            WorkspaceError: The disk is full.
        """
        label = self._label(row[self.label_column])
        content, name = self._picture(row[self.image_column])
        number = self._counts[part]
        self._counts[part] += 1
        path, reason = None, None if label else f"Row {number} of {part} has no label; choose another column."
        if content is None:
            reason = f"Row {number} of {part} has no picture; choose another column."
        else:
            path = f"{part}/{number // PER_FOLDER:04d}/{number:06d}{_suffix(content, name)}"
            self._write(path, content)
        listing.add(path, label, split=split, reason=reason)
        for column, values in self._extra.items():
            values.append(self._text(column, row[column]))

    def finish(self, listing: Listing) -> None:
        """Hand over class names, families and the other columns, once all rows are there."""
        kind = self.features[self.label_column]
        if hasattr(kind, "names"):
            listing.class_names = tuple(dict.fromkeys(clean_label(name) for name in kind.names))
        named = [column for column in self._extra if hasattr(self.features[column], "names")]
        families = (_families(listing.labels, self._extra[column]) for column in named)
        listing.known_groups = next((found for found in families if found), None)
        if self._extra:
            listing.metadata = pd.DataFrame({name: _tidy(values) for name, values in self._extra.items()})

    def _label(self, value: Any) -> str | None:
        text = self._text(self.label_column, value)
        return (clean_label(str(text)) or None) if text is not None else None

    def _text(self, column: str, value: Any) -> Any:
        """A cell as it is shown: class names instead of their numbers; None where nothing stands."""
        names = getattr(self.features[column], "names", None)
        if names is None or value is None:
            return value
        return names[value] if 0 <= value < len(names) else None

    def _picture(self, cell: Any) -> tuple[bytes | None, str]:
        """Return the bytes of a picture and the name that it came with."""
        if cell is None or (cell["bytes"] is None and not cell["path"]):
            return None, ""
        name = cell["path"] or ""
        if cell["bytes"] is not None:
            return cell["bytes"], name
        from datasets.utils.file_utils import xopen  # noqa: PLC0415 - also on the hub

        with xopen(name, "rb") as file:
            return file.read(), name

    def _write(self, path: str, content: bytes) -> None:
        target = self.folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise WorkspaceError(
                f"{target} cannot be written ({error.strerror or error}); free some disk space."
            ) from error


def _suffix(content: bytes, name: str) -> str:
    """Return the extension for a picture: that of its name, else by how its bytes begin."""
    given = Path(name).suffix.lower()
    if given in SUPPORTED:
        return given
    return next((suffix for start, suffix in BEGINNINGS if content.startswith(start)), UNNAMED)


def _tidy(values: list[Any]) -> pd.Series:
    """Return a column of numbers as numbers, of anything else as texts."""
    column = pd.Series(values)
    is_number = column.dtype.kind in "iuf" and not any(isinstance(value, bool) for value in values)
    return column if is_number else column.map(str, na_action="ignore").astype("string")


def _families(labels: list[str | None], coarse: list[Any]) -> dict[str, str] | None:
    """Return the family of each class when a second column of classes tells one; None when it does not."""
    family_of: dict[str, str] = {}
    for label, family in zip(labels, coarse, strict=True):
        if label is not None and (family is None or family_of.setdefault(label, str(family)) != str(family)):
            return None
    return family_of if 1 < len(set(family_of.values())) < len(family_of) else None

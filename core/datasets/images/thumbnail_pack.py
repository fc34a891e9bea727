"""All thumbnails of a dataset in one file, written by the scan: a page of pictures then decodes nothing.

The JPEGs lie one after the other; where each ends stands behind them. It is read by plain reads, not through
mapped memory, which would end the process if the file were cut short meanwhile.
"""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from core.datasets.dataset import Dataset

MAGIC = b"RGTHUMB1"
OFFSET_BYTES = 8  # little-endian int64
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


class PackWriter:
    """Writes a pack beside its place; one that is not kept leaves nothing.

    Thumbnails are a convenience: an error of the disk ends the writing, is remembered and is not raised.

    Attributes:
        path: Where the pack shall lie.
        problem: Why there will be no pack, such as ``"No space left on device"``; None when all is well.
    """

    def __init__(self, path: Path, num_rows: int) -> None:
        """Begin; the file itself is made for the first thumbnail.

        Args:
            path: Where the pack shall lie.
            num_rows: Rows of the dataset's table.
        """
        self.problem: str | None = None
        self.path = path
        self._file: IO[bytes] | None = None
        self._temporary = path
        self._ends = np.zeros(num_rows + 1, "<i8")  # [i + 1]: where the thumbnail of row i ends

    def add_all(self, sample_ids: Sequence[int], jpegs: Sequence[bytes | None]) -> None:
        """Write the thumbnails of some rows; rows come in ascending order, and those left out have none."""
        for sample_id, jpeg in zip(sample_ids, jpegs, strict=True):
            self._ends[sample_id + 1] = len(jpeg or b"")
        content = b"".join(jpeg for jpeg in jpegs if jpeg is not None)
        if content:
            self._write(content)

    def complete(self) -> None:
        """Write what follows the last thumbnail; a full disk is noticed here at the latest."""
        if self._file is not None:
            self._write(np.cumsum(self._ends).astype("<i8").tobytes() + _foot(len(self._ends)))
        if self._file is not None:
            try:
                self._file.flush()
            except OSError as error:
                self.drop(error.strerror or str(error))

    def keep(self) -> None:
        """Put the completed pack in its place."""
        if self._file is not None:
            try:
                self._file.close()
                self._temporary.replace(self.path)
                self._file = None
            except OSError as error:
                self.drop(error.strerror or str(error))

    def drop(self, problem: str | None = None) -> None:
        """Give the pack up and remove what was written."""
        self.problem = self.problem or problem
        if self._file is not None:
            with contextlib.suppress(OSError):  # what is still to be written finds no room either
                self._file.close()
            self._temporary.unlink(missing_ok=True)
            self._file = None

    def _write(self, content: bytes) -> None:
        if self.problem is not None:
            return
        try:
            if self._file is None:
                handle, name = tempfile.mkstemp(
                    dir=self.path.parent, prefix=f".{self.path.name}-", suffix=".tmp"
                )
                self._file, self._temporary = os.fdopen(handle, "wb"), Path(name)
            self._file.write(content)
        except OSError as error:
            self.drop(error.strerror or str(error))


def pack_path(dataset: Dataset) -> Path | None:
    """Return where the pack of a dataset lies, if there is one; None before the dataset is stored."""
    return None if dataset.folder is None else dataset.folder / f"thumbnails-{dataset.images_hash}.pack"


def read_pack(dataset: Dataset, sample_ids: Sequence[int]) -> list[bytes | None]:
    """Return the stored thumbnail of each sample; None for one that has none or is damaged."""
    path = pack_path(dataset)
    if path is None or not path.exists():
        return [None] * len(sample_ids)
    try:
        return _read(path, len(dataset.table), sample_ids)
    except (OSError, ValueError):
        return [None] * len(sample_ids)


def _read(path: Path, num_rows: int, sample_ids: Sequence[int]) -> list[bytes | None]:
    table_bytes = (num_rows + 1) * OFFSET_BYTES
    with path.open("rb") as file:
        start = file.seek(-table_bytes - OFFSET_BYTES - len(MAGIC), 2)  # of the table of ends
        ends = np.frombuffer(file.read(table_bytes), "<i8")
        if file.read() != _foot(num_rows + 1) or ends[-1] != start:
            raise ValueError(f"{path} is damaged")
        found: list[bytes | None] = []
        for sample_id in sample_ids:
            begin, end = int(ends[sample_id]), int(ends[sample_id + 1])
            jpeg = b""
            if 0 <= begin < end <= start:
                file.seek(begin)
                jpeg = file.read(end - begin)
            found.append(jpeg if jpeg.startswith(JPEG_START) and jpeg.endswith(JPEG_END) else None)
    return found


def _foot(num_ends: int) -> bytes:
    return num_ends.to_bytes(OFFSET_BYTES, "little") + MAGIC

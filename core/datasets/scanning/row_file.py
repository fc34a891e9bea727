"""Rows of bytes in a nameless file: room on the disk instead of memory for what is needed once more."""

import tempfile
from pathlib import Path
from typing import IO

import numpy as np


class RowFile:
    """An array that grows at its end and is read in parts; gone when it is closed, or with its process.

    Attributes:
        problem: Why rows could not be written, such as ``"No space left on device"``; None when all is well.
    """

    def __init__(self, folder: Path, row_shape: tuple[int, ...]) -> None:
        """Begin with no rows.

        Args:
            folder: On the disk to use.
            row_shape: Of a row, uint8.
        """
        self.problem: str | None = None
        self._row_shape = row_shape
        self._row_bytes = int(np.prod(row_shape))
        self._num_rows = 0
        self._folder = folder
        self._file: IO[bytes] | None = None

    def append(self, rows: np.ndarray) -> None:
        """Write rows, uint8, shape ``(num_rows, *row_shape)``; an error of the disk ends the writing."""
        if self.problem is not None:
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by close()
            self._file.write(np.ascontiguousarray(rows).data)
            self._file.flush()
            self._num_rows += len(rows)
        except OSError as error:
            self.problem = error.strerror or str(error)

    def __len__(self) -> int:
        return self._num_rows

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        """Return rows by a slice without step, or by their ascending numbers."""
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(self._num_rows)
            return self._read(start, max(0, stop - start))
        return np.concatenate([self._read(int(row), 1) for row in rows])

    def close(self) -> None:
        """Give the room back."""
        if self._file is not None:
            self._file.close()

    def _read(self, start: int, count: int) -> np.ndarray:
        content = b""
        if self._file is not None and count:
            self._file.seek(start * self._row_bytes)
            content = self._file.read(count * self._row_bytes)
        return np.frombuffer(content, np.uint8).reshape(count, *self._row_shape)

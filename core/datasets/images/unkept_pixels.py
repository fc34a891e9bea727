"""Pixels of a dataset that are decoded each time they are asked for, where there is no room to keep them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from core.datasets.parallel import CHUNK_SIZE, NUM_THREADS, map_images


class UnkeptPixels:
    """Stands in for the array that ``load_pixels`` returns; slow, and always right.

    Indexing by a number, a slice, or an array of sample ids or booleans gives an array in memory.

    Attributes:
        shape: ``(num_table_rows, height, width, 3)``.
        dtype: uint8.
        reason: Why the pixels are not kept, one sentence.
    """

    dtype = np.dtype(np.uint8)

    def __init__(
        self,
        read: Callable[[int], np.ndarray],
        shape: tuple[int, int, int, int],
        *,
        readable: np.ndarray,
        reason: str,
    ) -> None:
        self.shape = shape
        self.reason = reason
        self._read = read
        self._readable = readable

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """What all images would take, bytes."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> np.ndarray:
        """Decode images; rows of images that could not be read are zero."""
        chosen = np.arange(len(self))[index]
        sample_ids = np.atleast_1d(chosen)
        wanted = np.flatnonzero(self._readable[sample_ids])
        images = np.zeros((len(sample_ids), *self.shape[1:]), np.uint8)
        chunk_size = max(1, min(CHUNK_SIZE, len(wanted) // NUM_THREADS))
        decoded = map_images(self._read, sample_ids[wanted].tolist(), chunk_size=chunk_size)
        for row, image in zip(wanted, decoded, strict=True):
            images[row] = image
        return images[0] if np.ndim(chosen) == 0 else images

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:] if dtype is None else self[:].astype(dtype)

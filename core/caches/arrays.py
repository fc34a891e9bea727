"""A cached array, mapped into memory, that nobody deletes while it or a part of it is used."""

import weakref
from pathlib import Path

import numpy as np

from core.caches.room import hold
from core.workspace import Workspace


def map_array(workspace: Workspace, path: Path) -> np.ndarray | None:
    """Return the array of a ``.npy`` cache, memory-mapped; None where there is none, or it is damaged."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    use = hold(workspace, path)
    weakref.finalize(array._mmap, use.release)  # type: ignore[attr-defined]
    return array

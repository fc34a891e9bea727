"""All images of a dataset at the size a network sees, decoded once and kept beside the dataset.

The cache may be deleted at any time; it is written whole or not at all.
"""

import math
import os
import tempfile
from pathlib import Path

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.reading import decode_file, image_path, open_array, to_rgb
from core.datasets.images.resizing import Resizing, resize_image
from core.datasets.parallel import Progress, map_images
from core.datasets.preparing.occlusion import paint
from core.errors import WorkspaceError
from core.workspace import Workspace


def load_pixels(
    workspace: Workspace, dataset: Dataset, resizing: Resizing, *, progress: Progress | None = None
) -> np.ndarray:
    """Return every image at a network's size, decoding (and occluding) them on first use.

    Args:
        workspace: Where the cache lies.
        dataset: Whose images.
        resizing: The size and the way to it.
        progress: Called with (done, total) while decoding; what it raises stops the work.

    Returns:
        RGB, uint8, memory-mapped, shape ``(num_table_rows, height, width, 3)``; the row is the
        sample id, rows of images that could not be read are zero.

    Raises:
        DatasetFileError: An image is gone or can no longer be read.
        WorkspaceError: The disk is full or the cache cannot be written.
    """
    path = workspace.datasets_dir / dataset.name / f"pixels-{resizing.name}-{dataset.images_hash}.npy"
    shape = (len(dataset.table), resizing.height, resizing.width, 3)
    cached = _open_cache(path, shape)
    if cached is None:
        _write_cache(path, dataset, resizing, progress)
        cached = _open_cache(path, shape)
    if cached is None:
        raise WorkspaceError(f"{path} cannot be read; delete it and try again.")
    return cached


def _open_cache(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    try:
        pixels: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return pixels if pixels.shape == shape and pixels.dtype == np.uint8 else None


def _write_cache(path: Path, dataset: Dataset, resizing: Resizing, progress: Progress | None) -> None:
    shape = (len(dataset.table), resizing.height, resizing.width, 3)
    sample_ids = np.flatnonzero(dataset.readable).tolist()
    array = open_array(dataset) if dataset.array_path is not None else None
    positions = dataset.table["position"].to_numpy(np.int64)

    def read(sample_id: int) -> np.ndarray:
        if array is None:
            pixels = decode_file(image_path(dataset, sample_id)).pixels
        elif dataset.occlusion is None:  # grey is resized before it becomes RGB: a third of the work
            return to_rgb(resize_image(np.asarray(array[positions[sample_id]]), resizing))
        else:
            pixels = to_rgb(array[positions[sample_id]])
        return resize_image(paint(dataset, sample_id, pixels), resizing)

    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".pixels-", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        images = zip(sample_ids, map_images(read, sample_ids, progress=progress), strict=True)
        # Not through mapped memory: on a full disk that ends the process by a signal.
        with temporary.open("wb") as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_2_0(file, header)
            start, row_bytes = file.tell(), math.prod(shape[1:])
            for sample_id, image in images:
                file.seek(start + sample_id * row_bytes)
                file.write(np.ascontiguousarray(image).data)
            file.truncate(start + shape[0] * row_bytes)
        temporary.replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written ({error.strerror or error}); free some disk space."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)

"""All images of a dataset at the size a network sees, decoded once and kept beside the dataset.

The cache may be deleted at any time; it is written whole or not at all, and within the limit of all caches.
"""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.caches import map_array, writing
from core.datasets.dataset import Dataset
from core.datasets.images.reading import decode_file, image_path, open_array, to_rgb
from core.datasets.images.resizing import Resizing, resize_image
from core.datasets.images.unkept_pixels import UnkeptPixels
from core.datasets.parallel import Progress, map_images
from core.datasets.preparing.occlusion import paint
from core.errors import WorkspaceError
from core.workspace import Workspace

HEADER_BYTES = 128  # of the .npy file


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
        sample id, rows of images that could not be read are zero. The cache stays for as long as
        this array or a part of it is used.

    Raises:
        DatasetFileError: An image is gone or can no longer be read.
        CacheFullError: There is no room for the cache.
        WorkspaceError: The disk is full or the cache cannot be written.
    """
    path, shape = _cache_path(workspace, dataset, resizing), _shape(dataset, resizing)
    cached = _open_cache(workspace, path, shape)
    if cached is None:
        _write_cache(workspace, path, dataset, resizing, progress)
        cached = _open_cache(workspace, path, shape)
    if cached is None:
        raise WorkspaceError(f"{path} cannot be read; delete it and try again.")
    return cached


def open_pixels(
    workspace: Workspace,
    dataset: Dataset,
    resizing: Resizing,
    *,
    keep: bool = True,
    progress: Progress | None = None,
) -> np.ndarray | UnkeptPixels:
    """Return every image as ``load_pixels`` does, or where they cannot be kept, decoded when asked for.

    Args:
        workspace: Where the cache lies.
        dataset: Whose images.
        resizing: The size and the way to it.
        keep: Whether to decode and keep all of them now, unless that was done before; for a look at a few
            it takes too long.
        progress: Called with (done, total) while decoding; what it raises stops the work.

    Raises:
        DatasetFileError: An image is gone or can no longer be read; of pixels that are not kept, when it
            is asked for.
    """
    try:
        if keep or _cache_path(workspace, dataset, resizing).exists():
            return load_pixels(workspace, dataset, resizing, progress=progress)
        reason = "Images are decoded when they are asked for."
    except WorkspaceError as error:
        reason = f"Images are decoded anew in every epoch, which is slow. {error}"
    read, shape = pixel_reader(dataset, resizing), _shape(dataset, resizing)
    return UnkeptPixels(read, shape, readable=dataset.readable, reason=reason)


def pixel_reader(dataset: Dataset, resizing: Resizing) -> Callable[[int], np.ndarray]:
    """Return a function from a sample id to the image at a network's size, uint8, ``(height, width, 3)``."""
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

    return read


def is_cached(workspace: Workspace, dataset: Dataset, resizing: Resizing) -> bool:
    """Whether all images have been decoded to this size already."""
    return _cache_path(workspace, dataset, resizing).is_file()


def _cache_path(workspace: Workspace, dataset: Dataset, resizing: Resizing) -> Path:
    return workspace.datasets_dir / dataset.name / f"pixels-{resizing.name}-{dataset.images_hash}.npy"


def _shape(dataset: Dataset, resizing: Resizing) -> tuple[int, int, int, int]:
    return len(dataset.table), resizing.height, resizing.width, 3


def _open_cache(workspace: Workspace, path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    pixels = map_array(workspace, path)
    return pixels if pixels is not None and pixels.shape == shape and pixels.dtype == np.uint8 else None


def _write_cache(
    workspace: Workspace, path: Path, dataset: Dataset, resizing: Resizing, progress: Progress | None
) -> None:
    shape = _shape(dataset, resizing)
    sample_ids = np.flatnonzero(dataset.readable).tolist()
    read = pixel_reader(dataset, resizing)
    with writing(workspace, path, HEADER_BYTES + math.prod(shape)) as temporary:
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

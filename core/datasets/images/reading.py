"""The pixels of a dataset's images, from files or from its array, always 8 bit RGB."""

import os
from pathlib import Path

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import DecodedImage, UnreadableError, decode
from core.datasets.images.file_bytes import read_bytes
from core.datasets.preparing.occlusion import paint
from core.errors import DatasetError, DatasetFileError

MOVED = "If its folder has moved, say where to on the Datasets page or with `regroup datasets relocate`."


def read_image(dataset: Dataset, sample_id: int) -> np.ndarray:
    """Return one image of a dataset, RGB, upright, occluded if need be, ``(height, width, 3)``, uint8.

    Raises:
        DatasetError: The dataset has no such sample, or its mask pictures are gone.
        DatasetFileError: The file is gone or can no longer be read.
    """
    if not 0 <= sample_id < len(dataset.table):
        raise DatasetError(
            f"Dataset {dataset.name!r} has no image {sample_id}; "
            f"its images are numbered 0 to {len(dataset.table) - 1}."
        )
    if dataset.array_path is not None:
        pixels = to_rgb(open_array(dataset)[dataset.table["position"].to_numpy(np.int64)[sample_id]])
    else:
        pixels = decode_file(image_path(dataset, sample_id)).pixels
    return paint(dataset, sample_id, pixels)


def decode_file(path: Path) -> DecodedImage:
    """Return the pixels and the color mode of an image file.

    Raises:
        DatasetFileError: The file is missing, is not an image, is cut short, damaged or too large.
    """
    try:
        return decode(read_bytes(path))
    except UnreadableError as error:
        moved = "" if os.path.lexists(path) else f" {MOVED}"
        raise DatasetFileError(f"{path} cannot be used as an image. {error}{moved}") from error


def image_path(dataset: Dataset, sample_id: int) -> Path:
    """Return where the file of a sample lies.

    Raises:
        DatasetFileError: The sample has no file, since none was found for it.
    """
    path = dataset.table["path"].iat[sample_id]
    if dataset.root is None or not isinstance(path, str):
        raise DatasetFileError(f"Image {sample_id} of {dataset.name!r} has no file; choose another image.")
    return dataset.root / path


def open_array(dataset: Dataset) -> np.ndarray:
    """Return the images of an array dataset, memory-mapped, uint8, ``(n, h, w)`` or ``(n, h, w, 3)``.

    Raises:
        DatasetFileError: The array is gone or damaged.
    """
    if dataset.array_path is None:
        raise ValueError(f"Dataset {dataset.name!r} keeps its images in files, not in an array.")
    try:
        array: np.ndarray = np.load(dataset.array_path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetFileError(
            f"{dataset.array_path} cannot be read ({error}); delete the dataset and add it again."
        ) from error
    return array


def to_rgb(image: np.ndarray) -> np.ndarray:
    """Return a grey ``(h, w)`` or color ``(h, w, 3)`` uint8 image as ``(h, w, 3)``, in memory of its own."""
    image = np.asarray(image)
    return np.repeat(image[..., None], 3, axis=-1) if image.ndim == 2 else image.copy()

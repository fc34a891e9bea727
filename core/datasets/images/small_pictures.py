"""Every image as a picture of 32 x 32 pixels: enough to compare light, color and coarse shape at once."""

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import UnreadableError, decode_reduced
from core.datasets.images.file_bytes import read_bytes
from core.datasets.images.reading import image_path, open_array, to_rgb
from core.datasets.images.resizing import resize_image, square
from core.datasets.images.thumbnail_pack import read_pack
from core.datasets.parallel import Progress, map_images
from core.datasets.preparing.occlusion import paint
from core.errors import DatasetFileError

SIDE = 32  # pixels
BLOCK = 2048  # thumbnails in memory at a time


def read_small_pictures(
    dataset: Dataset, sample_ids: np.ndarray, *, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return small pictures, from the thumbnails of the last scan where there are any.

    Args:
        dataset: Whose images.
        sample_ids: Which, shape ``(num_images,)``.
        progress: Called with (done, total); what it raises stops the work.

    Returns:
        RGB, uint8, shape ``(num_images, 32, 32, 3)``, the sides stretched to that; and whether each could be
        read, bool, shape ``(num_images,)``: the picture of one that has gone is black.
    """
    array = open_array(dataset) if dataset.array_path is not None else None
    positions = dataset.table["position"].to_numpy(np.int64)

    def shrink(item: tuple[int, bytes | None]) -> np.ndarray | None:
        sample_id, thumbnail = item
        if array is not None:
            pixels = paint(dataset, sample_id, to_rgb(array[positions[sample_id]]))
        elif thumbnail is not None:
            pixels = decode_reduced(thumbnail, SIDE)  # painted over when it was made
        else:
            try:
                pixels = decode_reduced(read_bytes(image_path(dataset, sample_id)), SIDE)
            except (UnreadableError, DatasetFileError):
                return None
            pixels = paint(dataset, sample_id, pixels)
        return resize_image(pixels, square(SIDE))

    pictures = np.zeros((len(sample_ids), SIDE, SIDE, 3), np.uint8)
    could_read = np.zeros(len(sample_ids), bool)
    for start in range(0, len(sample_ids), BLOCK):
        block = sample_ids[start : start + BLOCK].tolist()
        stored = read_pack(dataset, block) if array is None else [None] * len(block)
        for row, picture in enumerate(map_images(shrink, list(zip(block, stored, strict=True))), start):
            if picture is not None:
                pictures[row], could_read[row] = picture, True
        if progress is not None:
            progress(start + len(block), len(sample_ids))
    return pictures, could_read

"""Small JPEG pictures of a dataset's images, for grids."""

from collections.abc import Sequence

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import UnreadableError, decode, decode_reduced
from core.datasets.images.encoding import PACKED_SIZE, encode_jpeg, encode_thumbnail
from core.datasets.images.file_bytes import read_bytes
from core.datasets.images.reading import image_path, open_array, to_rgb
from core.datasets.images.thumbnail_pack import read_pack
from core.datasets.parallel import map_images
from core.datasets.preparing.occlusion import paint
from core.errors import DatasetError, DatasetFileError

MISSING_GREY = 200  # of the picture that stands for one that can no longer be read


def thumbnails(dataset: Dataset, sample_ids: Sequence[int] | np.ndarray, *, size: int = 96) -> list[bytes]:
    """Return one JPEG an image, its longer side ``size`` pixels, in two threads.

    Small images are enlarged with hard edges, so that their true pixels are seen. Those that a scan has kept
    are taken from there. An image that has gone since the dataset was added is a crossed out grey square.

    Raises:
        DatasetError: The dataset has no such sample.
    """
    ids = [int(sample_id) for sample_id in sample_ids]
    unknown = [sample_id for sample_id in ids if not 0 <= sample_id < len(dataset.table)]
    if unknown:
        raise DatasetError(
            f"Dataset {dataset.name!r} has no image {unknown[0]}; choose 0 to {len(dataset.table) - 1}."
        )
    array = open_array(dataset) if dataset.array_path is not None else None
    positions = dataset.table["position"].to_numpy(np.int64)
    kept = dict(zip(ids, read_pack(dataset, ids), strict=True)) if size <= PACKED_SIZE else {}

    def make(sample_id: int) -> bytes:
        if (jpeg := kept.get(sample_id)) is not None:
            return jpeg if size == PACKED_SIZE else encode_thumbnail(decode(jpeg).pixels, size)
        if array is not None:
            return encode_thumbnail(paint(dataset, sample_id, to_rgb(array[positions[sample_id]])), size)
        try:
            pixels = decode_reduced(read_bytes(image_path(dataset, sample_id)), size)
        except (UnreadableError, DatasetFileError):
            return encode_jpeg(_missing(size))
        return encode_thumbnail(paint(dataset, sample_id, pixels), size)

    return list(map_images(make, ids))


def _missing(size: int) -> np.ndarray:
    picture = np.full((size, size, 3), MISSING_GREY, np.uint8)
    diagonal = np.arange(size)
    picture[diagonal, diagonal] = picture[diagonal, size - 1 - diagonal] = MISSING_GREY // 2
    return picture

"""One image of a dataset as large as a screen can show it."""

from dataclasses import dataclass

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import opencv
from core.datasets.images.reading import read_image

MAX_SIDE = 1600  # pixels; larger images are shrunk on their way to the browser
LOSSLESS_SIDE = 256  # pixels; up to here every pixel is sent as it is
JPEG_QUALITY = 92  # percent


@dataclass(frozen=True)
class FullPicture:
    """A picture for the browser.

    Attributes:
        content: A PNG of the very pixels of a small image, else a JPEG.
        media_type: ``"image/png"`` or ``"image/jpeg"``.
        width: Of the picture in ``content``, pixels.
        height: Of the picture in ``content``, pixels.
    """

    content: bytes
    media_type: str
    width: int
    height: int


def full_picture(dataset: Dataset, sample_id: int) -> FullPicture:
    """Return one image, upright; small ones without loss, very large ones shrunk.

    Raises:
        DatasetError: The dataset has no such sample.
        DatasetFileError: The file is gone or can no longer be read.
    """
    cv2 = opencv()
    pixels = read_image(dataset, sample_id)
    scale = MAX_SIDE / max(pixels.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA))
    height, width = pixels.shape[:2]
    is_small = max(height, width) <= LOSSLESS_SIDE
    kind, options = (".png", []) if is_small else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    _, encoded = cv2.imencode(kind, pixels[..., ::-1], options)
    return FullPicture(encoded.tobytes(), "image/png" if is_small else "image/jpeg", width, height)

"""Pixels to small JPEG pictures."""

import numpy as np

from core.datasets.images.decoding import opencv

PACKED_SIZE = 96  # pixels, longer side of the thumbnails that a scan keeps
JPEG_QUALITY = 85  # percent


def encode_thumbnail(pixels: np.ndarray, size: int) -> bytes:
    """Return an RGB image as JPEG, its longer side ``size`` pixels."""
    return encode_jpeg(_fit(pixels, size))


def encode_jpeg(pixels: np.ndarray) -> bytes:
    """Return an RGB image, uint8, ``(height, width, 3)``, as JPEG."""
    cv2 = opencv()
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return bytes(encoded.tobytes())


def _fit(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return an image scaled so that its longer side is ``size``; never less than a pixel high or wide."""
    cv2 = opencv()
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    if scale == 1:
        return pixels
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(pixels, target, interpolation=method))

"""Images at the size that a network sees: how pixels are computed, and what becomes of other proportions.

``area`` is OpenCV's mean of what becomes one pixel (bilinear along a side that grows). The others are
Pillow's, which smooth what would otherwise flicker when an image shrinks, see
https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters.
"""

from typing import Literal, NamedTuple

import numpy as np

from core.datasets.images.decoding import opencv

Method = Literal["area", "bilinear", "bicubic", "lanczos"]
Fit = Literal["stretch", "pad", "crop"]


class Resizing(NamedTuple):
    """A size and the way to it.

    Attributes:
        height: Pixels.
        width: Pixels.
        method: How pixels are computed.
        fit: What becomes of other proportions: stretched, padded with black, or cropped to the middle.
    """

    height: int
    width: int
    method: Method = "area"
    fit: Fit = "stretch"

    @property
    def name(self) -> str:
        """Part of a file name; a plain square is its number of pixels.

        >>> Resizing(64, 64).name, Resizing(150, 120, "lanczos", "pad").name
        ('64', '150x120-lanczos-pad')
        """
        size = f"{self.height}" if self.height == self.width else f"{self.height}x{self.width}"
        method = "" if self.method == "area" else f"-{self.method}"
        return f"{size}{method}" + ("" if self.fit == "stretch" else f"-{self.fit}")


def square(side: int) -> Resizing:
    """Return the plain resizing to a square, in pixels."""
    return Resizing(side, side)


def resize_image(pixels: np.ndarray, resizing: Resizing) -> np.ndarray:
    """Return an image of shape ``(resizing.height, resizing.width, ...)``, itself when it has that already.

    Args:
        pixels: Shape ``(height, width)`` or ``(height, width, 3)``, uint8.
        resizing: The size and the way to it.
    """
    height, width = resizing.height, resizing.width
    if pixels.shape[:2] == (height, width):
        return pixels
    if resizing.fit == "crop":
        pixels = _crop(pixels, height / width)
    elif resizing.fit == "pad":
        return _pad(pixels, resizing)
    return _stretch(pixels, height, width, resizing.method)


def _stretch(pixels: np.ndarray, height: int, width: int, method: Method) -> np.ndarray:
    if pixels.shape[:2] == (height, width):
        return pixels
    if method == "area":
        return _take_means(pixels, height, width)
    from PIL import Image  # noqa: PLC0415 - only for those who ask for it

    filters = {
        "bilinear": Image.Resampling.BILINEAR,
        "bicubic": Image.Resampling.BICUBIC,
        "lanczos": Image.Resampling.LANCZOS,
    }
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((width, height), filters[method]))


def _take_means(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Shrink by means what shrinks, then grow what grows; at once, OpenCV would take no means at all."""
    cv2 = opencv()
    smaller = (min(width, pixels.shape[1]), min(height, pixels.shape[0]))
    for size, interpolation in ((smaller, cv2.INTER_AREA), ((width, height), cv2.INTER_LINEAR)):
        if pixels.shape[1::-1] != size:
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=interpolation))
    return pixels


def _crop(pixels: np.ndarray, proportion: float) -> np.ndarray:
    """Return the middle of an image, as large as it can be with height / width = ``proportion``."""
    height, width = pixels.shape[:2]
    new_height = min(height, max(1, round(width * proportion)))
    new_width = min(width, max(1, round(height / proportion)))
    top, left = (height - new_height) // 2, (width - new_width) // 2
    return pixels[top : top + new_height, left : left + new_width]


def _pad(pixels: np.ndarray, resizing: Resizing) -> np.ndarray:
    """Return an image in the middle of black, as large as it can be."""
    height, width = pixels.shape[:2]
    scale = min(resizing.height / height, resizing.width / width)
    inner_height = min(resizing.height, max(1, round(height * scale)))
    inner_width = min(resizing.width, max(1, round(width * scale)))
    padded = np.zeros((resizing.height, resizing.width, *pixels.shape[2:]), np.uint8)
    top, left = (resizing.height - inner_height) // 2, (resizing.width - inner_width) // 2
    padded[top : top + inner_height, left : left + inner_width] = _stretch(
        pixels, inner_height, inner_width, resizing.method
    )
    return padded

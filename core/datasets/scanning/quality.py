"""What one image's pixels tell: light, sharpness, color, a perceptual hash, and small versions of it.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000, https://doi.org/10.1109/ICPR.2000.903548).
It is measured after the longer side has been brought to ``SMALL_SIZE``, so that the same picture stored at
two sizes has nearly the same sharpness; a blur that a thumbnail does not show is not seen. The hash is pHash
(Zauner 2010, http://phash.org): the signs of low frequencies.
"""

import functools
import threading
from dataclasses import dataclass

import numpy as np

from core.datasets.images.decoding import opencv

SMALL_SIZE = 96  # pixels, longer side; larger images are brought to it before all but light and color
SQUARE_SIZE = 32  # pixels, both sides; what is hashed
HASH_SIDE = 8  # frequencies in each direction: 64 bits
TINY_SIZE = 16  # pixels, both sides; what outliers are judged by
NEAR_BLANK_CONTRAST = 4.0  # grey levels; below it an image shows next to nothing and its hash means nothing
_FEW = 8  # pixels; of so few rows or columns, halving an odd number would lose too much
_HALVE_FROM = 2.2  # times too large; a bilinear step below it skips next to no pixels


@dataclass(frozen=True, slots=True)
class PixelFacts:
    """What the pixels of one image tell.

    Attributes:
        numbers: Brightness and contrast (mean and standard deviation of the grey values, 0-255), sharpness
            (variance of the Laplacian), means, then standard deviations of red, green and blue (0-255).
        square: RGB, uint8, shape ``(32, 32, 3)``, for ``perceptual_hashes`` and ``tiny_pictures``.
        small: RGB, uint8; the longer side is 96 pixels, or fewer where the image has fewer.
    """

    numbers: tuple[float, ...]
    square: np.ndarray
    small: np.ndarray


def measure_pixels(pixels: np.ndarray) -> PixelFacts:
    """Return what the pixels of one image tell.

    Args:
        pixels: RGB, uint8, shape ``(height, width, 3)``.
    """
    cv2 = opencv()
    height, width = pixels.shape[:2]
    # OpenCV adds up four channels twice as fast as three.
    four = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA, dst=_memory("four", height, width, 4))
    means, deviations = cv2.meanStdDev(four)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY, dst=_memory("grey", height, width))
    brightness, contrast = cv2.meanStdDev(grey)
    small = scale_to(pixels, SMALL_SIZE) if max(height, width) > SMALL_SIZE else pixels
    light = (brightness.item(), contrast.item(), sharpness_of(grey))
    return PixelFacts(
        numbers=(*light, *means[:3, 0].tolist(), *deviations[:3, 0].tolist()),
        square=_resize(small, SQUARE_SIZE, SQUARE_SIZE),
        small=small,
    )


def sharpness_of(grey: np.ndarray) -> float:
    """Return the variance of the Laplacian of a grey image, ``(height, width)``, uint8, at a fixed size."""
    cv2 = opencv()
    if max(grey.shape) != SMALL_SIZE:
        # By way of twice the size: one bilinear step would blur more or less, depending on the image's size.
        height, width = _size_at(grey, SMALL_SIZE)
        twice = _resize(grey, 2 * width, 2 * height, _memory("twice", 2 * height, 2 * width))
        small = _memory("small grey", height, width)
        grey = cv2.resize(twice, (width, height), dst=small, interpolation=cv2.INTER_AREA)
    laplacian = _memory("laplacian", *grey.shape, kind=np.int16)
    cv2.Laplacian(grey, cv2.CV_16S, dst=laplacian)
    mean = cv2.sumElems(laplacian)[0] / laplacian.size
    return float(cv2.norm(laplacian, cv2.NORM_L2SQR) / laplacian.size - mean * mean)


def perceptual_hashes(squares: np.ndarray) -> np.ndarray:
    """Return pHash of images of 32 x 32 pixels: images that look alike differ in few of its 64 bits.

    Bit ``8 i + j``, counted from the most significant one, tells whether the cosine transform at row
    ``i + 1`` and column ``j + 1`` is above the median of these 64 lowest frequencies.

    Args:
        squares: RGB, uint8, shape ``(num_images, 32, 32, 3)``.

    Returns:
        uint64, shape ``(num_images,)``.
    """
    cv2 = opencv()
    grey = cv2.cvtColor(squares.reshape(-1, SQUARE_SIZE, 3), cv2.COLOR_RGB2GRAY)
    grey = grey.reshape(-1, SQUARE_SIZE, SQUARE_SIZE).astype(np.float32)
    basis = _cosines()
    low = (basis @ grey @ basis.T).reshape(len(squares), HASH_SIDE * HASH_SIDE)
    middle = np.sort(low, axis=1)[:, 31:33].mean(axis=1, keepdims=True)
    return np.packbits(low > middle, axis=1).view(">u8")[:, 0].astype(np.uint64)


def tiny_pictures(squares: np.ndarray) -> np.ndarray:
    """Return images of 32 x 32 pixels at half the size.

    Args:
        squares: RGB, uint8, shape ``(num_images, 32, 32, 3)``.

    Returns:
        RGB, uint8, shape ``(num_images, 16, 16, 3)``.
    """
    cv2 = opencv()
    column = squares.reshape(-1, SQUARE_SIZE, 3)  # one above the other; blocks of 2 x 2 stay in their image
    size = (TINY_SIZE, len(column) // 2)
    halved: np.ndarray = cv2.resize(column, size, interpolation=cv2.INTER_AREA)
    return halved.reshape(len(squares), TINY_SIZE, TINY_SIZE, 3)


def scale_to(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return an image scaled so that its longer side is ``size``; never less than a pixel high or wide."""
    height, width = _size_at(pixels, size)
    return pixels if pixels.shape[:2] == (height, width) else _resize(pixels, width, height)


def _size_at(pixels: np.ndarray, size: int) -> tuple[int, int]:
    """Height and width when the longer side has become ``size``."""
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _resize(pixels: np.ndarray, width: int, height: int, into: np.ndarray | None = None) -> np.ndarray:
    """Halve an image by averaging until one bilinear step is left, which is several times faster.

    Args:
        pixels: uint8, shape ``(height, width)`` or ``(height, width, 3)``.
        width: Wanted width, pixels.
        height: Wanted height, pixels.
        into: Memory for the result; None: new memory.
    """
    cv2 = opencv()
    if min(width, height) < _FEW:
        return np.asarray(cv2.resize(pixels, (width, height), dst=into, interpolation=cv2.INTER_AREA))
    level, (have_height, have_width) = 0, pixels.shape[:2]
    while have_height >= _HALVE_FROM * height or have_width >= _HALVE_FROM * width:
        y_step = 2 if have_height >= _HALVE_FROM * height else 1
        x_step = 2 if have_width >= _HALVE_FROM * width else 1
        have_height, have_width = have_height // y_step, have_width // x_step
        even = pixels[: have_height * y_step, : have_width * x_step]
        level += 1
        half = _memory(f"half {level} {pixels.ndim}", have_height, have_width, *pixels.shape[2:])
        pixels = cv2.resize(even, (have_width, have_height), dst=half, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(pixels, (width, height), dst=into, interpolation=cv2.INTER_LINEAR))


_kept = threading.local()


def _memory(name: str, *shape: int, kind: type[np.generic] = np.uint8) -> np.ndarray:
    """Return memory to compute into, for each thread the same as long as the shape is the same.

    New memory for every image costs a tenth of a scan's time, and the threads wait for each other to get it.
    """
    found: np.ndarray | None = getattr(_kept, name, None)
    if found is None or found.shape != shape:
        found = np.empty(shape, kind)
        setattr(_kept, name, found)
    return found


@functools.cache
def _cosines() -> np.ndarray:
    """Rows 1 to 8 of the orthonormal DCT-II matrix, float32, shape ``(8, 32)``."""
    frequency = np.arange(1, HASH_SIDE + 1)[:, None]
    position = np.arange(SQUARE_SIZE) + 0.5
    matrix = np.sqrt(2 / SQUARE_SIZE) * np.cos(np.pi * frequency * position / SQUARE_SIZE)
    return matrix.astype(np.float32)

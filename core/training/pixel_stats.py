"""What pixel values the training images have, channel by channel, for scalings that depend on them."""

import numpy as np

from core.datasets.images.decoding import opencv
from core.datasets.images.unkept_pixels import UnkeptPixels
from core.models.scaling import PixelStats
from core.runs.config import RunConfig

BLOCK_PIXELS = 4_000_000  # counted at a time; OpenCV counts in float32, exact up to 2**24
NUM_VALUES = 256


def pixel_stats(pixels: np.ndarray | UnkeptPixels, sample_ids: np.ndarray) -> PixelStats:
    """Return mean, spread, minimum and maximum of each channel, exactly, reading the images in blocks.

    Args:
        pixels: RGB, uint8, shape ``(num_images, height, width, 3)``.
        sample_ids: Rows that count, shape ``(num_samples,)``, int64; at least one.

    Returns:
        Values 0-255, as ``np.mean``, ``np.std``, ``np.min`` and ``np.max`` give them.
    """
    counts = count_values(pixels, sample_ids)  # (3, 256)
    values = np.arange(NUM_VALUES)
    total = counts.sum(axis=1)
    mean = counts @ values / total
    spread = np.sqrt((counts * (values - mean[:, None]) ** 2).sum(axis=1) / total)
    occurring = [np.flatnonzero(channel) for channel in counts]
    low, high = ([float(found[end]) for found in occurring] for end in (0, -1))
    return PixelStats(*(_three(channel) for channel in (mean.tolist(), spread.tolist(), low, high)))


def needed_stats(
    config: RunConfig, pixels: np.ndarray | UnkeptPixels, sample_ids: np.ndarray
) -> PixelStats | None:
    """Return them as ``pixel_stats`` does where the run's scaling depends on them, else None."""
    return pixel_stats(pixels, sample_ids) if config.scaling in {"standard", "minmax"} else None


def count_values(pixels: np.ndarray | UnkeptPixels, sample_ids: np.ndarray) -> np.ndarray:
    """Return how often each value occurs in each channel, int64, shape ``(3, 256)``."""
    cv2 = opencv()
    height, width = pixels.shape[1:3]
    block_size = max(1, BLOCK_PIXELS // (height * width))
    counts = np.zeros((3, NUM_VALUES), np.int64)
    for start in range(0, len(sample_ids), block_size):
        block = np.ascontiguousarray(pixels[sample_ids[start : start + block_size]]).reshape(-1, width, 3)
        for channel in range(3):
            found = cv2.calcHist([block], [channel], None, [NUM_VALUES], [0, NUM_VALUES])
            counts[channel] += found.ravel().astype(np.int64)
    return counts


def _three(values: list[float]) -> tuple[float, float, float]:
    red, green, blue = values
    return red, green, blue

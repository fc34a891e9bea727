"""Numbers about all images together: the mean color of the training split, and how sizes and light vary."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset

CHANNELS = ("red", "green", "blue")
NUM_BINS = 40


@dataclass(frozen=True)
class Distribution:
    """How many images have which value.

    Attributes:
        name: What was measured, such as ``"Width"``.
        unit: Its unit, such as ``"pixels"``; empty for a ratio.
        counts: Number of images in each bin, int64, shape ``(num_bins,)``; no bins without images.
        edges: Where the bins begin and end, ascending, float64, shape ``(num_bins + 1,)``.
        smallest: Smallest value, NaN without images; likewise ``median`` and ``largest``.
        median: Half of the images have no more.
        largest: Largest value.
    """

    name: str
    unit: str
    counts: np.ndarray
    edges: np.ndarray
    smallest: float
    median: float
    largest: float


def channel_statistics(dataset: Dataset, scan: pd.DataFrame, *, split: str = "train") -> pd.DataFrame:
    """Return mean and standard deviation of each color channel over all pixels of a split's images.

    Args:
        dataset: Whose images.
        scan: As from ``load_scan``.
        split: ``"train"``, ``"val"`` or ``"test"``.

    Returns:
        Index red, green, blue; columns ``mean`` and ``std`` (0-255), float64, NaN without images. Every pixel
        counts the same, so a large image counts more than a small one.
    """
    rows = dataset.sample_ids(split)
    rows = rows[scan["red"].notna().to_numpy()[rows]]
    if not len(rows):
        return pd.DataFrame(np.nan, index=list(CHANNELS), columns=["mean", "std"])
    sizes = dataset.table[["width", "height"]].to_numpy(np.float64)[rows].prod(axis=1)
    means = scan[list(CHANNELS)].to_numpy(np.float64)[rows]  # (num_images, 3)
    deviations = scan[[f"{name}_std" for name in CHANNELS]].to_numpy(np.float64)[rows]
    mean = np.average(means, axis=0, weights=sizes)
    # Variance over all pixels: that within the images and that between their means.
    variance = np.average(deviations**2 + (means - mean) ** 2, axis=0, weights=sizes)
    return pd.DataFrame({"mean": mean, "std": np.sqrt(variance)}, index=list(CHANNELS))


def distributions(dataset: Dataset, scan: pd.DataFrame | None = None) -> list[Distribution]:
    """Return how widths, heights and aspect ratios vary, and with a scan brightness and file sizes too.

    Args:
        dataset: Whose images; those excluded do not count.
        scan: As from ``load_scan``; None before the first scan.
    """
    included = dataset.included
    included = included[included["width"] > 0]
    width, height = (included[side].to_numpy(np.float64) for side in ("width", "height"))
    found = [
        compute_distribution(width, name="Width", unit="pixels"),
        compute_distribution(height, name="Height", unit="pixels"),
        compute_distribution(width / height, name="Aspect ratio (width / height)"),
    ]
    return found if scan is None else [*found, *_of_scan(scan.loc[included.index])]


def compute_distribution(values: np.ndarray, *, name: str, unit: str = "") -> Distribution:
    """Return a histogram with at most 40 bins of equal width; whole numbers are never divided.

    Args:
        values: Finite numbers, shape ``(num_images,)``.
        name: What they are.
        unit: Their unit.

    >>> found = compute_distribution(np.array([3.0, 3.0, 5.0]), name="Width", unit="pixels")
    >>> found.counts.tolist(), found.edges.tolist()
    ([2, 0, 1], [2.5, 3.5, 4.5, 5.5])
    """
    if not len(values):
        return Distribution(name, unit, np.zeros(0, np.int64), np.zeros(1), *[float("nan")] * 3)
    low, high = float(values.min()), float(values.max())
    if np.array_equal(values, np.rint(values)):
        step = max(1, int(np.ceil((high - low + 1) / NUM_BINS)))
        edges = np.arange(low - 0.5, high + step, step)
    else:
        edges = np.linspace(low, high, NUM_BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    counts = np.histogram(values, edges)[0].astype(np.int64)
    return Distribution(name, unit, counts, edges, low, float(np.median(values)), high)


def _of_scan(scan: pd.DataFrame) -> Iterator[Distribution]:
    seen = scan[scan["brightness"].notna()]
    brightness = seen["brightness"].to_numpy(np.float64)
    yield compute_distribution(brightness, name="Brightness", unit="grey level, 0 to 255")
    yield compute_distribution(seen["bytes"].to_numpy(np.float64) / 1024, name="File size", unit="KiB")

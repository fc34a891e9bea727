"""A few images of each class, and what their mean looks like: a blur that tells what the class has in common.

A sharp mean means that the images of a class are all alike: same place, same light, same background. That is
worth knowing, since a network may learn the background instead of the thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.images.decoding import opencv
from core.datasets.images.small_pictures import SIDE, read_small_pictures

MAX_IMAGES = 64  # of a class: more of them change the mean by less than can be seen


@dataclass(frozen=True)
class MeanImage:
    """The mean of some images.

    Attributes:
        pixels: RGB, uint8, shape ``(height, width, 3)``, in the shape that most of the images have.
        num_images: How many it is the mean of.
    """

    pixels: np.ndarray
    num_images: int


def sample_classes(
    dataset: Dataset, labels: Sequence[int], count: int, *, split: str | None = None, seed: int = 0
) -> list[np.ndarray]:
    """Return random images of some classes, the same ones for the same seed.

    Args:
        dataset: Whose images; those that are left out are not among them.
        labels: Which classes.
        count: Images a class; fewer where there are not so many.
        split: Only of this split; None: of all.
        seed: Of the choice.

    Returns:
        Sample ids of each class, int64, in random order.
    """
    rows = np.flatnonzero(~dataset.table["excluded"].to_numpy(bool))
    if split is not None:
        rows = rows[dataset.split_codes[rows] == SPLITS.index(split)]
    rows = np.random.default_rng(seed).permutation(rows)
    label_of_row = dataset.labels(rows)
    by_class = np.argsort(label_of_row, kind="stable")
    starts = np.searchsorted(label_of_row[by_class], labels, side="left")
    ends = np.searchsorted(label_of_row[by_class], labels, side="right")
    pairs = zip(starts, ends, strict=True)
    return [rows[by_class[start : min(end, start + count)]] for start, end in pairs]


def mean_images(dataset: Dataset, groups: Sequence[np.ndarray], *, size: int = 96) -> list[MeanImage | None]:
    """Return the mean of each group of images; None where none of them can be read.

    Args:
        dataset: Whose images.
        groups: Sample ids, one array a group.
        size: Longer side of a mean image, pixels.
    """
    ids = np.concatenate([*groups, np.zeros(0, np.int64)]).astype(np.int64)
    pictures, could_read = read_small_pictures(dataset, ids)
    ends = np.cumsum([len(group) for group in groups])
    means: list[MeanImage | None] = []
    for group, end in zip(groups, ends, strict=True):
        rows = np.arange(end - len(group), end)
        rows = rows[could_read[rows]]
        if not len(rows):
            means.append(None)
            continue
        mean = pictures[rows].mean(axis=0, dtype=np.float64)
        means.append(MeanImage(_enlarge(mean, _shape_of(dataset, ids[rows], size)), len(rows)))
    return means


def _shape_of(dataset: Dataset, sample_ids: np.ndarray, size: int) -> tuple[int, int]:
    """Height and width of the median image, the longer side ``size``."""
    table = dataset.table
    height, width = (
        float(np.median(table[side].to_numpy(np.int64)[sample_ids])) for side in ("height", "width")
    )
    longer = max(height, width, 1.0)
    return max(1, round(size * height / longer)), max(1, round(size * width / longer))


def _enlarge(mean: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Bring a mean of shape ``(SIDE, SIDE, 3)`` to a shape, smoothly: it has no edges to be kept."""
    cv2 = opencv()
    method = cv2.INTER_AREA if max(shape) < SIDE else cv2.INTER_CUBIC
    resized = cv2.resize(mean.astype(np.float32), shape[::-1], interpolation=method)
    return np.clip(np.round(resized), 0, 255).astype(np.uint8)

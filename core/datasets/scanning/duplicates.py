"""Images that nearly occur twice, by their perceptual hash."""

from dataclasses import dataclass

import numpy as np

from core.datasets.parallel import Progress
from core.datasets.scanning.hamming import TooManyPairsError, linking_pairs, pairs_within
from core.errors import DatasetError

MAX_DISTANCE = 16  # bits; of unrelated images, one pair in 10,000 is that near
MAX_PAIRS = 1_000_000  # more is no list that anyone could look at


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of hashes that differ in few bits.

    Attributes:
        pairs: First and second position (first < second) and number of different bits, int64, shape
            ``(num_pairs, 3)``, the nearest first.
        is_complete: Whether these are all pairs. When there are more than ``MAX_PAIRS``, these are as many as
            hold each cluster together: all that is near something else is in them, but not every pair.
    """

    pairs: np.ndarray
    is_complete: bool


def find_near_duplicates(
    phash: np.ndarray, *, max_distance: int, progress: Progress | None = None
) -> NearDuplicates:
    """Find all pairs of images whose perceptual hashes differ in few bits.

    Leave out images that show next to nothing (contrast below ``quality.NEAR_BLANK_CONTRAST``): their hashes
    are made of noise.

    Args:
        phash: uint64, shape ``(num_images,)``.
        max_distance: Most different bits of 64; 0 to 16.
        progress: Called with (done, total) from time to time; what it raises stops the work.

    Raises:
        DatasetError: ``max_distance`` is out of range.
    """
    if not 0 <= max_distance <= MAX_DISTANCE:
        raise DatasetError(
            f"A distance of {max_distance} bits cannot be looked for; choose 0 to {MAX_DISTANCE}."
        )
    hashes, codes = np.unique(np.asarray(phash, np.uint64), return_inverse=True)
    same = _Same.of(codes, len(hashes))
    is_complete = True
    try:
        between = pairs_within(hashes, max_distance, max_pairs=MAX_PAIRS, progress=progress)
    except TooManyPairsError:
        between, is_complete = linking_pairs(hashes, max_distance, progress=progress), False
    is_complete = is_complete and same.count_pairs(between) <= MAX_PAIRS
    pairs = same.all_pairs(between) if is_complete else same.linking_pairs(between)
    pairs[:, :2].sort(axis=1)
    return NearDuplicates(pairs[np.lexsort((pairs[:, 1], pairs[:, 0], pairs[:, 2]))], is_complete)


@dataclass(frozen=True)
class _Same:
    """Images grouped by equal hashes.

    Attributes:
        order: Positions of the images with the first hash, with the second ..., ``(num_images,)``.
        starts: Where in ``order`` each hash begins, ``(num_hashes,)``.
        sizes: Number of images with each hash, ``(num_hashes,)``.
    """

    order: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, num_hashes: int) -> "_Same":
        sizes = np.bincount(codes, minlength=num_hashes)
        return cls(np.argsort(codes, kind="stable"), np.cumsum(sizes) - sizes, sizes)

    def count_pairs(self, between: np.ndarray) -> int:
        """Return the number of pairs of images that pairs of hashes stand for, equal hashes included."""
        within = self.sizes * (self.sizes - 1) // 2
        return int(within.sum() + (self.sizes[between[:, 0]] * self.sizes[between[:, 1]]).sum())

    def all_pairs(self, between: np.ndarray) -> np.ndarray:
        """Return every pair of images that pairs of hashes stand for."""
        repeated = np.flatnonzero(self.sizes > 1)
        within = np.stack([repeated, repeated, np.zeros_like(repeated)], axis=1)
        first, second, distances = np.concatenate([between, within]).T
        counts = self.sizes[first] * self.sizes[second]
        pair = np.repeat(np.arange(len(counts)), counts)
        number = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
        row, column = np.divmod(number, self.sizes[second][pair])
        pairs = np.stack(
            [
                self.order[self.starts[first][pair] + row],
                self.order[self.starts[second][pair] + column],
                distances[pair],
            ],
            axis=1,
        )
        return pairs[(first != second)[pair] | (row < column)]

    def linking_pairs(self, between: np.ndarray) -> np.ndarray:
        """Return a pair of images for each pair of hashes, and each image with the first of its hash."""
        first_of = self.order[self.starts]
        links = np.stack([first_of[between[:, 0]], first_of[between[:, 1]], between[:, 2]], axis=1)
        anchors = np.repeat(first_of, self.sizes)
        others = np.stack([anchors, self.order, np.zeros_like(anchors)], axis=1)[anchors != self.order]
        return np.concatenate([links, others])

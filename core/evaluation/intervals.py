"""How sure an accuracy is: 95 % intervals, by images or by groups of images that belong together.

Method: the percentile bootstrap, Efron (1979), https://doi.org/10.1214/aos/1176344552; by whole groups
(patient, photo) the cluster bootstrap, Field and Welsh (2007),
https://doi.org/10.1111/j.1467-9868.2007.00593.x: images of one patient are right or wrong together, and an
interval by images would be too narrow.

Only how many images of a group there are and how many of them are right matters. So groups that agree in
both are drawn together, as one multinomial number: the same distribution as drawing them one by one, at a
cost that does not grow with the images. By images it is a binomial number.
"""

import math
from typing import NamedTuple

import numpy as np

Z_95 = 1.959963984540054  # standard normal quantile at 97.5 %
TAIL = 0.025  # share of draws left out at each end: 95 % stay
NUM_DRAWS = 2000  # of the bootstrap of an accuracy, which a click waits for
NUM_DRAWS_OF_MEANS = 10_000  # of that of a difference: whether it leaves out 0 must not depend on the draws
MAX_BLOCK_VALUES = 1_000_000  # numbers drawn at once
MEANING = (
    f"The 95 % interval tells how far it is uncertain because just these images were measured: they are "
    f"drawn anew {NUM_DRAWS:,} times (bootstrap), those of one group, such as a patient, together. Where "
    f"all are right or all are wrong, it is Wilson's interval."
)


class Interval(NamedTuple):
    """The 95 % interval of an accuracy, and how it was made.

    Attributes:
        low: Lower end, 0-1.
        high: Upper end, 0-1.
        num_drawn: How many images, or groups of images, were drawn.
        drawn_by: ``"images"`` or ``"groups of images"``.
        method: ``"bootstrap"``, or ``"Wilson"`` where every draw would be the same.
    """

    low: float
    high: float
    num_drawn: int
    drawn_by: str
    method: str

    @property
    def in_words(self) -> str:
        """How it was made.

        >>> Interval(0.7, 0.9, 1203, "images", "bootstrap").in_words
        'bootstrap of 1,203 images'
        """
        return f"{self.method} of {self.num_drawn:,} {self.drawn_by}"


def accuracy_interval(
    right: np.ndarray, *, clusters: np.ndarray | None = None, num_draws: int = NUM_DRAWS, seed: int = 0
) -> Interval:
    """Return the 95 % interval of an accuracy, the same wherever it is shown.

    Where all groups (or images) are right equally often, as where all are right, or where there is one group
    only, every draw is the same and tells nothing; then it is Wilson's interval of so many groups.

    Args:
        right: Whether each image is right, bool, or the share (0-1) of runs in which it is, shape
            ``(num_samples,)``.
        clusters: Group of each image, texts or integers from 0, same shape; None draws single images.
        num_draws: How often the images are drawn anew.
        seed: Start of the random numbers.

    >>> found = accuracy_interval(np.arange(100) < 80)
    >>> round(found.low, 2), round(found.high, 2)
    (0.72, 0.88)
    """
    sums, sizes, num_each = _kinds(right, clusters)
    num_drawn, shares = int(num_each.sum()), sums / sizes
    drawn_by = drawn_by_words(clusters)
    if not num_drawn or np.ptp(shares) < 1e-9:
        num_right = float(shares[0]) * num_drawn if num_drawn else 0
        return Interval(*wilson_interval(num_right, num_drawn), num_drawn, drawn_by, "Wilson")
    low, high = _draw(sums, sizes, num_each, num_draws=num_draws, seed=seed)
    return Interval(low, high, num_drawn, drawn_by, "bootstrap")


def bootstrap_mean(
    values: np.ndarray,
    *,
    clusters: np.ndarray | None = None,
    num_draws: int = NUM_DRAWS_OF_MEANS,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a mean over images, by drawing images anew.

    Of a difference between two models on the same images it is the paired bootstrap.

    Args:
        values: A number an image, such as a difference; shape ``(num_samples,)``, at least one.
        clusters: As for ``accuracy_interval``.
        num_draws: How many samples to draw.
        seed: Start of the random numbers.

    >>> bootstrap_mean(np.ones(9))
    (1.0, 1.0)
    """
    return _draw(*_kinds(values, clusters), num_draws=num_draws, seed=seed)


def drawn_by_words(clusters: np.ndarray | None) -> str:
    """Return what is drawn anew: ``"images"`` or ``"groups of images"``."""
    return "images" if clusters is None else "groups of images"


def wilson_interval(num_correct: float, num_samples: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share.

    Method: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; unlike the textbook interval it
    stays within 0 and 1 and is sound for few images and for shares near 0 or 1.

    Args:
        num_correct: How many were right; a fraction where each is a mean of several.
        num_samples: Out of how many; with none nothing is known and the interval is 0 to 1.

    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    if not num_samples:
        return 0.0, 1.0
    share = num_correct / num_samples
    weight = Z_95**2 / num_samples
    center = (share + weight / 2) / (1 + weight)
    half = Z_95 * math.sqrt(share * (1 - share) / num_samples + weight / (4 * num_samples)) / (1 + weight)
    # Rounding must not put the share itself outside at 0 and at 1.
    low = 0.0 if num_correct == 0 else center - half
    high = 1.0 if num_correct == num_samples else center + half
    return low, high


def _kinds(values: np.ndarray, clusters: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct (sum, number of images) of what is drawn, and how often each of them is there."""
    if clusters is None:
        levels, index = _levels(values, are_counts=values.dtype == bool)
        num_each = np.bincount(index, minlength=len(levels))
        is_there = num_each > 0
        return levels[is_there], np.ones(is_there.sum()), num_each[is_there]
    if clusters.dtype.kind not in "iu":
        clusters = np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(clusters)
    sums = np.bincount(clusters, values, len(sizes))[sizes > 0]
    levels, index = _levels(sums, are_counts=values.dtype == bool)
    codes, num_each = np.unique(sizes[sizes > 0] * len(levels) + index, return_counts=True)
    kind_sizes, kind_levels = np.divmod(codes, len(levels))
    return levels[kind_levels], kind_sizes, num_each


def _levels(sums: np.ndarray, *, are_counts: bool) -> tuple[np.ndarray, np.ndarray]:
    """Distinct values, ascending, and the index of each; counts are their own, without sorting."""
    if are_counts:
        index = sums.astype(np.int64)
        return np.arange(index.max(initial=0) + 1, dtype=np.float64), index
    return np.unique(np.round(sums, 9), return_inverse=True)


def _draw(
    sums: np.ndarray, sizes: np.ndarray, num_each: np.ndarray, *, num_draws: int, seed: int
) -> tuple[float, float]:
    rng, means = np.random.default_rng(seed), np.empty(num_draws)
    block = max(1, MAX_BLOCK_VALUES // len(num_each))
    for start in range(0, num_draws, block):
        some = means[start : start + block]
        drawn = rng.multinomial(
            num_each.sum(), num_each / num_each.sum(), len(some)
        )  # (len(some), num_kinds)
        some[:] = (drawn @ sums) / (drawn @ sizes)
    low, high = np.quantile(means, [TAIL, 1 - TAIL])
    return float(low), float(high)

"""Whether a difference between two ways to answer is larger than chance explains: on images, and over seeds.

Images: McNemar (1947), https://doi.org/10.1007/BF02295996, with the continuity correction of Edwards (1948),
https://doi.org/10.1007/BF02289261; beside them stands the paired bootstrap of ``core.evaluation.intervals``.
Seeds: Welch (1947), https://doi.org/10.1093/biomet/34.1-2.28.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

EXACT_BELOW = 25  # disagreements; with fewer the chi-square distribution is too coarse
SIGNIFICANCE = 0.05  # below this p-value a difference is called larger than chance gives


@dataclass(frozen=True)
class McNemar:
    """Two answers to the same images: whether one is right more often than the other.

    Attributes:
        only_first: Images where just the first is right.
        only_second: Images where just the second is right.
        p_value: Two-sided, 0-1: how often a split at least this uneven arises when both are equally good.
        method: ``"exact binomial"`` below 25 disagreements, else ``"chi-square, continuity-corrected"``.
    """

    only_first: int
    only_second: int
    p_value: float
    method: Literal["exact binomial", "chi-square, continuity-corrected"]


def mcnemar_test(first_right: np.ndarray, second_right: np.ndarray) -> McNemar:
    """Return McNemar's test of two models on the same images; images count as independent of each other.

    Args:
        first_right: Whether the first model is right, bool, shape ``(num_samples,)``.
        second_right: The same of the second model.

    >>> mcnemar_test(np.array([True] * 5 + [False]), np.array([False] * 5 + [False]))
    McNemar(only_first=5, only_second=0, p_value=0.0625, method='exact binomial')
    """
    only_first = int(np.sum(first_right & ~second_right))
    only_second = int(np.sum(second_right & ~first_right))
    total = only_first + only_second
    if total >= EXACT_BELOW:
        statistic = max(0, abs(only_first - only_second) - 1) ** 2 / total
        p_value = math.erfc(math.sqrt(statistic / 2))  # upper tail of chi-square with one degree of freedom
        return McNemar(only_first, only_second, p_value, "chi-square, continuity-corrected")
    fewer = sum(math.comb(total, k) for k in range(min(only_first, only_second) + 1))
    return McNemar(only_first, only_second, min(1.0, 2 * fewer / 2**total), "exact binomial")


def welch_test(first: np.ndarray, second: np.ndarray) -> float | None:
    """Return the two-sided p-value that training again gives two ways the same accuracy on average.

    Args:
        first: Accuracy of each run of the first way, shape ``(num_runs,)``.
        second: The same of the second way.

    Returns:
        A p-value 0-1; None where nothing is known of the spread: one of them has fewer than two runs, or no
        run differs from another of its way.
    """
    if min(len(first), len(second)) < 2:
        return None
    spreads = [np.var(each, ddof=1) / len(each) for each in (first, second)]
    total, difference = sum(spreads), float(np.mean(first) - np.mean(second))
    if not total:
        return None if difference else 1.0
    from scipy.stats import t  # noqa: PLC0415 - slow to import

    terms = [spread**2 / (len(each) - 1) for spread, each in zip(spreads, (first, second), strict=True)]
    return float(2 * t.sf(abs(difference) / math.sqrt(total), total**2 / sum(terms)))

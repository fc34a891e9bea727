"""How much predictions tell of the truth, beyond what the sizes of the classes alone would give.

Cohen's kappa: Cohen (1960), https://doi.org/10.1177/001316446002000104. Mutual information: Shannon (1948);
counted from few images it comes out too high, so it is corrected after Miller (1955), "Note on the bias of
information estimates", as written by Paninski (2003), https://doi.org/10.1162/089976603321780272: each
entropy grows by ``(m - 1) / (2 n)`` nats for ``m`` cells that occur among ``n`` images (the Miller-Madow
estimate).
"""

import math
from typing import NamedTuple, Protocol

import numpy as np

from core.datasets.evenness import entropy_of


class CellCounts(Protocol):
    """A confusion matrix as its cells that are not zero.

    Attributes:
        rows: True class of each cell, int, shape ``(num_cells,)``.
        columns: Predicted class of each cell, like ``rows``.
        counts: Images of each cell, like ``rows``.
        num_classes: Number of classes.
    """

    @property
    def rows(self) -> np.ndarray: ...  # noqa: D102
    @property
    def columns(self) -> np.ndarray: ...  # noqa: D102
    @property
    def counts(self) -> np.ndarray: ...  # noqa: D102
    @property
    def num_classes(self) -> int: ...  # noqa: D102


Counts = np.ndarray | CellCounts


class Totals(NamedTuple):
    """What the measures of agreement are computed from.

    Attributes:
        cells: Images of each cell that is not zero, int64, shape ``(num_cells,)``.
        support: Images of each true class, int64, shape ``(num_classes,)``.
        predicted: Images of each predicted class, int64, shape ``(num_classes,)``.
        correct: Right answers of each class, int64, shape ``(num_classes,)``.
    """

    cells: np.ndarray
    support: np.ndarray
    predicted: np.ndarray
    correct: np.ndarray

    @property
    def num_samples(self) -> int:
        """Number of images."""
        return int(self.support.sum())


def count_totals(counts: Counts) -> Totals:
    """Return the sums of a confusion matrix.

    Args:
        counts: Rows true, columns predicted: dense, shape ``(num_classes, num_classes)``, or its cells.
    """
    if isinstance(counts, np.ndarray):
        return Totals(counts[counts > 0], counts.sum(axis=1), counts.sum(axis=0), np.diag(counts))
    size = counts.num_classes
    on_diagonal = counts.rows == counts.columns
    return Totals(
        cells=counts.counts[counts.counts > 0],
        support=_sum_by(counts.rows, counts.counts, size),
        predicted=_sum_by(counts.columns, counts.counts, size),
        correct=_sum_by(counts.rows[on_diagonal], counts.counts[on_diagonal], size),
    )


def cohen_kappa(counts: Counts) -> float:
    """Return Cohen's kappa: accuracy above what shuffled answers would reach, 1 is perfect, 0 is chance.

    Args:
        counts: Rows true, columns predicted: dense, shape ``(num_classes, num_classes)``, or its cells.

    Returns:
        Kappa, at most 1; NaN without images and where shuffled answers would all be right too.

    >>> round(cohen_kappa(np.array([[20, 5], [10, 15]])), 3)
    0.4
    """
    return kappa_of(count_totals(counts))


def kappa_of(totals: Totals) -> float:
    """Return Cohen's kappa, see ``cohen_kappa``."""
    num_samples = totals.num_samples
    by_chance = float(totals.support.astype(float) @ totals.predicted)
    if not num_samples or by_chance == float(num_samples) ** 2:
        return math.nan
    expected = by_chance / num_samples**2
    return float((totals.correct.sum() / num_samples - expected) / (1 - expected))


def mutual_information(counts: Counts, *, corrected: bool = True) -> float:
    """Return how many bits the predicted class tells of the true one.

    ``I = H(truth) + H(prediction) - H(both)``. Corrected (see above) it is
    ``I - (m_both - m_truth - m_prediction + 1) / (2 n ln 2)``, kept between 0 and the entropy of the truth.

    Args:
        counts: Rows true, columns predicted: dense, shape ``(num_classes, num_classes)``, or its cells.
        corrected: With the correction of Miller and Madow.

    Returns:
        Bits; 0 without images.

    >>> mutual_information(np.array([[8, 0], [0, 8]]), corrected=False)
    1.0
    >>> mutual_information(np.array([[4, 4], [4, 4]]))
    0.0
    """
    return information_of(count_totals(counts), corrected=corrected)


def information_of(totals: Totals, *, corrected: bool = True) -> float:
    """Return the bits that predictions tell of the truth, see ``mutual_information``."""
    truth = entropy_of(totals.support)
    bits = truth + entropy_of(totals.predicted) - entropy_of(totals.cells)
    if corrected and totals.num_samples:
        excess = len(totals.cells) - np.count_nonzero(totals.support) - np.count_nonzero(totals.predicted) + 1
        bits -= excess / (2 * totals.num_samples * math.log(2))
    return min(max(0.0, bits), truth)


def balanced_accuracy_of(totals: Totals) -> float:
    """Return the mean recall of the classes that have images; NaN without any."""
    has_images = totals.support > 0
    if not has_images.any():
        return math.nan
    return float((totals.correct[has_images] / totals.support[has_images]).mean())


def _sum_by(index: np.ndarray, amounts: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(index, weights=amounts, minlength=size).astype(np.int64)

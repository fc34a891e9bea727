"""Agglomeration on row-normalized, symmetrized confusions: what two groups are worth to each other.

Average linkage (Sokal and Michener, 1958): the mean similarity over pairs of classes. Complete linkage
(Sørensen, 1948): the least similarity of a pair; many pairs are never confused at all, so that the mean
decides between equal ones. Rows are normalized, so that a large class does not attract all others.
"""

import numpy as np

from core.regrouping.suggesting.demands import Demands
from core.regrouping.suggesting.merging import NO_CELLS, Cells

TIE_BREAK = 1e-6  # a mean similarity's worth beside a least similarity


class AverageLinkage:
    """Mean similarity (0-1) of the pairs of classes of two groups.

    Attributes:
        matrix: Of any two groups, shape ``(num_units, num_units)``.
    """

    def __init__(self, similarity: np.ndarray, demands: Demands) -> None:
        self._sums = sum_units(similarity, demands)
        self.matrix = self._sums / np.multiply.outer(demands.sizes, demands.sizes)

    def merge(self, keep: int, drop: int, sizes: np.ndarray) -> Cells:
        """Add the sums of two groups."""
        self._sums[keep] += self._sums[drop]
        self._sums[:, keep] += self._sums[:, drop]
        row = self._sums[keep] / (sizes[keep] * sizes)
        self.matrix[keep] = row
        self.matrix[:, keep] = row
        return NO_CELLS


class CompleteLinkage(AverageLinkage):
    """Least similarity (0-1) of the pairs of classes of two groups; of equal ones the mean decides."""

    def __init__(self, similarity: np.ndarray, demands: Demands) -> None:
        super().__init__(similarity, demands)
        order = np.argsort(demands.unit, kind="stable")
        starts = np.searchsorted(demands.unit[order], np.arange(demands.num_units))
        by_row = np.minimum.reduceat(similarity[np.ix_(order, order)], starts, axis=0)
        self._least = np.minimum.reduceat(by_row, starts, axis=1)
        self.matrix = self._least + TIE_BREAK * self.matrix

    def merge(self, keep: int, drop: int, sizes: np.ndarray) -> Cells:
        """Keep the lesser similarity to each other group."""
        super().merge(keep, drop, sizes)
        least = np.minimum(self._least[keep], self._least[drop])
        self._least[keep] = least
        self._least[:, keep] = least
        row = least + TIE_BREAK * self.matrix[keep]
        self.matrix[keep] = row
        self.matrix[:, keep] = row
        return NO_CELLS


def sum_units(matrix: np.ndarray, demands: Demands) -> np.ndarray:
    """Return block sums of a matrix between classes, float64, shape ``(num_units, num_units)``."""
    if np.array_equal(demands.unit, np.arange(demands.num_classes)):
        return matrix.astype(np.float64)
    by_row = np.zeros((demands.num_units, matrix.shape[1]))
    np.add.at(by_row, demands.unit, matrix)
    sums = np.zeros((demands.num_units, demands.num_units))
    np.add.at(sums.T, demands.unit, by_row.T)
    return sums

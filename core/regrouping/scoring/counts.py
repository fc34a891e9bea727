"""A confusion matrix as the list of its cells that are not zero: what a click works on at 3,000 classes.

Of 3,000 classes there are nine million pairs, but 50,000 images fill at most 50,000 of them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from core.evaluation.confusion import check_finite
from core.predictions import Predictions
from core.regrouping.grouping import Grouping


@dataclass(frozen=True, eq=False)
class SparseCounts:
    """How often each true class was predicted as each class, where that is not never.

    Attributes:
        rows: True class of each cell, int64, shape ``(num_cells,)``, ascending.
        columns: Predicted class of each cell, same shape, ascending within a row; no cell comes twice.
        counts: Images in each cell, int64, same shape, at least 1.
        num_classes: Rows, and columns, of the matrix.

    >>> counts = SparseCounts.of(np.array([[5, 2, 1], [3, 4, 0], [0, 1, 9]]))
    >>> counts.num_samples, len(counts.counts)
    (25, 7)
    >>> counts.grouped(Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])).dense()
    array([[14,  1],
           [ 1,  9]])
    """

    rows: np.ndarray
    columns: np.ndarray
    counts: np.ndarray
    num_classes: int

    @classmethod
    def of(cls, counted: np.ndarray | Predictions) -> Self:
        """Build from a confusion matrix, shape ``(num_classes, num_classes)``, or from predictions.

        Raises:
            PredictionsError: A probability is not a number.
        """
        if isinstance(counted, Predictions):
            check_finite(counted)
            cells = counted.y_true.astype(np.int64) * counted.num_classes + counted.y_pred
            return cls._of_cells(cells, np.ones(len(cells), np.int64), counted.num_classes)
        rows, columns = np.nonzero(counted)
        return cls(rows, columns, counted[rows, columns].astype(np.int64), len(counted))

    def grouped(self, grouping: Grouping) -> Self:
        """Return the counts between groups: the block sums.

        Args:
            grouping: Which of the classes count as one.
        """
        groups = grouping.group_of_class
        cells = groups[self.rows] * grouping.num_groups + groups[self.columns]
        return self._of_cells(cells, self.counts, grouping.num_groups)

    def dense(self) -> np.ndarray:
        """Return the whole matrix, int64, shape ``(num_classes, num_classes)``: rows true."""
        matrix = np.zeros((self.num_classes, self.num_classes), np.int64)
        matrix[self.rows, self.columns] = self.counts
        return matrix

    @cached_property
    def num_samples(self) -> int:
        """Images counted."""
        return int(self.counts.sum())

    @cached_property
    def diagonal(self) -> np.ndarray:
        """Images of each class that were predicted rightly, int64, shape ``(num_classes,)``."""
        is_right = self.rows == self.columns
        return self._summed(self.rows[is_right], self.counts[is_right])

    @cached_property
    def row_sums(self) -> np.ndarray:
        """Images of each class, int64, shape ``(num_classes,)``."""
        return self._summed(self.rows, self.counts)

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Classes taken for each other: the lower one, the higher one, images in both directions."""
        low, high = np.minimum(self.rows, self.columns), np.maximum(self.rows, self.columns)
        wrong = low < high
        both = self._of_cells((low * self.num_classes + high)[wrong], self.counts[wrong], self.num_classes)
        return both.rows, both.columns, both.counts

    @cached_property
    def mistakes(self) -> np.ndarray:
        """Images of each two classes taken for each other, int32, symmetric, zero on the diagonal; kept."""
        first, second, both = self.pairs
        matrix = np.zeros((self.num_classes, self.num_classes), np.int32)
        matrix[first, second] = both
        matrix[second, first] = both
        return matrix

    @classmethod
    def _of_cells(cls, cells: np.ndarray, counts: np.ndarray, num_classes: int) -> Self:
        """Add what falls into one cell, ``row * num_classes + column``."""
        order = np.argsort(cells, kind="stable")
        ordered = cells[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        summed = np.add.reduceat(counts[order], starts) if len(starts) else np.zeros(0, np.int64)
        rows, columns = np.divmod(ordered[starts], num_classes)
        return cls(rows, columns, summed.astype(np.int64), num_classes)

    def _summed(self, classes: np.ndarray, counts: np.ndarray) -> np.ndarray:
        # Weights are counted as float64: exact up to 2**53 images.
        return np.bincount(classes, counts, self.num_classes).astype(np.int64)

"""What a merge does to a goal that is read from the confusion matrix: bits kept, and macro F1.

Greedy search: each step takes the merge after which the goal is highest. Bits kept is the mutual
information of the true and the predicted group (Shannon, 1948), here the plain estimate, which no merge can
raise. F1 is van Rijsbergen's (1979); its mean rises most where two weak classes become one, also if they
are never taken for each other.
"""

import numpy as np

from core.regrouping.suggesting.merging import NO_CELLS, Cells


class BitsKept:
    """Bits of information that a merge leaves: minus its loss, in bits an image.

    Attributes:
        matrix: Of any two groups, at most 0, shape ``(num_units, num_units)``.

    For each pair of groups the sums over shared columns (true groups merged) and shared rows (predicted
    groups merged) are kept; a merge changes those of the few groups that share a row or column with it.
    """

    def __init__(self, counts: np.ndarray) -> None:
        num_images = int(counts.sum())
        self._counts = counts.copy()
        self._entropy = _entropy_table(num_images)
        self._scale = 1 / max(num_images, 1)
        self._rows = _shared(self._counts.T, self._entropy)
        self._columns = _shared(self._counts, self._entropy)
        self._by_true = counts.sum(axis=1)
        self._by_predicted = counts.sum(axis=0)
        everything = np.arange(len(counts))
        self.matrix = self._loss(everything, everything)

    def merge(self, keep: int, drop: int, sizes: np.ndarray) -> Cells:
        """Add rows and columns of two groups, and count anew what that changes."""
        counts = self._counts
        pair = [keep, drop]
        touched = np.logical_or(counts[pair].any(axis=0), counts[:, pair].any(axis=1))
        touched[pair] = True
        self._join(self._rows, counts, keep, drop)
        self._join(self._columns, counts.T, keep, drop)
        counts[:, keep] += counts[:, drop]
        counts[:, drop] = 0
        counts[keep] += counts[drop]
        counts[drop] = 0
        for sums in (self._by_true, self._by_predicted):
            sums[keep] += sums[drop]
            sums[drop] = 0
        self._fill(self._rows, counts, keep, drop)
        self._fill(self._columns, counts.T, keep, drop)
        groups = np.flatnonzero(touched)
        self.matrix[np.ix_(groups, groups)] = self._loss(groups, groups)
        row = self._loss(np.array([keep]), np.arange(len(counts)))[0]
        self.matrix[keep] = row
        self.matrix[:, keep] = row
        return np.repeat(groups, len(groups)), np.tile(groups, len(groups))

    def _join(self, sums: np.ndarray, counts: np.ndarray, keep: int, drop: int) -> None:
        """Replace what two columns give to the sums between rows by what their sum gives."""
        first, second = counts[:, keep], counts[:, drop]
        for column, sign in ((first, -1), (second, -1), (first + second, 1)):
            found = np.flatnonzero(column)
            sums[np.ix_(found, found)] += sign * _excess(column[found, None], column[found], self._entropy)

    def _fill(self, sums: np.ndarray, counts: np.ndarray, keep: int, drop: int) -> None:
        """Sum the merged row with every other anew."""
        found = np.flatnonzero(counts[keep])
        row = _excess(counts[:, found], counts[keep, found], self._entropy).sum(axis=1)
        sums[drop], sums[:, drop] = 0, 0
        sums[keep], sums[:, keep] = row, row

    def _loss(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return minus the bits that merging ``first`` with ``second`` loses, shape ``(len, len)``."""
        table, counts = self._entropy, self._counts
        there, back = counts[np.ix_(first, second)], counts[np.ix_(second, first)].T
        mine, others = counts[first, first][:, None], counts[second, second][None, :]
        cells = self._rows[np.ix_(first, second)] + self._columns[np.ix_(first, second)]
        for one, two in ((mine, back), (there, others), (mine, there), (back, others)):
            cells = cells - _excess(one, two, table)
        cells = cells + table[mine + there + back + others]
        cells = cells - table[mine] - table[there] - table[back] - table[others]
        for sums in (self._by_true, self._by_predicted):
            cells = cells - _excess(sums[first][:, None], sums[second][None, :], table)
        return cells * self._scale


class MacroF1:
    """What a merge does to the sum of the groups' F1.

    Attributes:
        matrix: F1 of any two groups together, less that of both, shape ``(num_units, num_units)``.
    """

    def __init__(self, counts: np.ndarray) -> None:
        self._right = np.diag(counts).astype(np.float64)
        self._both_ways = (counts + counts.T).astype(np.float64)
        self._total = (counts.sum(axis=0) + counts.sum(axis=1)).astype(np.float64)
        self.matrix = np.stack([self._row(k) for k in range(len(counts))])

    def merge(self, keep: int, drop: int, sizes: np.ndarray) -> Cells:
        """Add the counts of two groups."""
        self._right[keep] += self._right[drop] + self._both_ways[keep, drop]
        self._total[keep] += self._total[drop]
        self._both_ways[keep] += self._both_ways[drop]
        self._both_ways[:, keep] += self._both_ways[:, drop]
        row = self._row(keep)
        self.matrix[keep] = row
        self.matrix[:, keep] = row
        return NO_CELLS

    def _row(self, group: int) -> np.ndarray:
        alone = 2 * self._right / np.maximum(self._total, 1)
        right = self._right[group] + self._right + self._both_ways[group]
        together = 2 * right / np.maximum(self._total[group] + self._total, 1)
        return together - alone - alone[group]


def _entropy_table(num_images: int) -> np.ndarray:
    """Return ``x log2 x`` for every sum of four counts, float64."""
    counts = np.arange(4 * num_images + 1, dtype=np.float64)
    return counts * np.log2(np.maximum(counts, 1))


def _excess(first: np.ndarray, second: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return what ``x log2 x`` of sums of counts exceeds the sum of it."""
    return table[first + second] - table[first] - table[second]


def _shared(counts: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Sum the excess of any two columns over all rows, shape ``(num_units, num_units)``."""
    sums = np.zeros((counts.shape[1], counts.shape[1]))
    for row in counts:
        found = np.flatnonzero(row)
        sums[np.ix_(found, found)] += _excess(row[found, None], row[found], table)
    return sums

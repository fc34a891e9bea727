"""Merge two groups again and again: the engine of all methods that go step by step.

Which two come next is told by a ``PairValues``; which two may, by ``Demands``. Each step costs a few rows,
not the whole matrix: for every group its best partner is kept, as in the generic algorithm of Müllner
(2011), https://arxiv.org/abs/1109.2378.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from core.regrouping.suggesting.demands import Demands

SMALLER_FIRST = 1e-12  # a class's worth in a comparison: of equal pairs the one of fewer classes comes first
NO_IMAGES = 100.0  # more than any value: groups without images are merged last

Cells = tuple[np.ndarray, np.ndarray]  # rows and columns
NO_CELLS: Cells = (np.zeros(0, np.int64), np.zeros(0, np.int64))


class PairValues(Protocol):
    """What a merge of any two groups is worth now, more is better.

    Attributes:
        matrix: Values of the pairs, symmetric, float64, shape ``(num_units, num_units)``; between -10 and 10.
    """

    matrix: np.ndarray

    def merge(self, keep: int, drop: int, sizes: np.ndarray) -> Cells:
        """Put ``drop`` into ``keep``; ``sizes`` are those after it.

        Returns:
            Rows and columns of the cells that changed besides those of ``keep``, each pair both ways.
        """
        ...


class Merger:
    """Groups of units, merged step by step.

    Attributes:
        demands: Which two may come together.
        merges: The pairs merged so far, ``(keep, drop)`` by their first units.
        gains: The value of each merge when it was made.
    """

    def __init__(self, demands: Demands, values: PairValues, *, has_images: np.ndarray | None = None) -> None:
        self.demands = demands
        self.merges: list[tuple[int, int]] = []
        self.gains: list[float] = []
        self._values = values
        self._apart = demands.apart.copy()
        self._sizes = demands.sizes.astype(np.int64)
        self._alive = ~demands.locked
        self._num_groups = demands.num_units
        self._empty = None if has_images is None or has_images.all() else (~has_images).astype(np.float64)
        self._cap = 0
        self._spent = 0  # the largest limit under which nothing could be merged any more
        self._best = np.full(demands.num_units, -np.inf)
        self._partner = np.zeros(demands.num_units, np.int64)

    @property
    def assignment(self) -> np.ndarray:
        """Group of each unit, int64, shape ``(num_units,)``, numbered in order of the first unit."""
        return assign(self.demands.num_units, self.merges)

    def run(
        self,
        num_groups: int,
        *,
        beyond_cap: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> bool:
        """Merge until ``num_groups`` are left; returns whether that was reached.

        Args:
            num_groups: How many groups to leave.
            beyond_cap: Where the limit of sizes stops everything, let the two smallest groups exceed it.
            progress: Told how many merges are done, of how many; may raise to stop.
        """
        total = self._num_groups - num_groups
        while self._num_groups > num_groups:
            if not (self._step(beyond_cap=False) or (beyond_cap and self._step(beyond_cap=True))):
                return False
            if progress is not None:
                progress(total - self._num_groups + num_groups, total)
        return True

    def _step(self, *, beyond_cap: bool) -> bool:
        """Take the best merge under the soft limit, else under the hard one; False where none is allowed."""
        after = self._num_groups - 1
        if beyond_cap:
            caps = [self._smallest_two()]
        else:
            caps = [self.demands.soft_cap(after), self.demands.hard_cap(after)]
            caps = caps[caps[0] <= self._spent :]  # merges never make room under the same limit
        for cap in caps:
            if cap != self._cap:
                self._cap = cap
                self._look(np.flatnonzero(self._alive))
            group = int(self._best.argmax())
            if self._best[group] > -np.inf:
                partner = int(self._partner[group])
                self._merge(min(group, partner), max(group, partner), float(self._best[group]))
                return True
            self._spent = max(self._spent, cap)
        return False

    def _merge(self, keep: int, drop: int, value: float) -> None:
        self.merges.append((keep, drop))
        self.gains.append(value)
        self._num_groups -= 1
        self._sizes[keep] += self._sizes[drop]
        self._alive[drop] = False
        self._best[drop] = -np.inf
        self._apart[keep] |= self._apart[drop]
        self._apart[:, keep] |= self._apart[:, drop]
        rows, columns = self._values.merge(keep, drop, self._sizes)
        stale = (self._partner == keep) | (self._partner == drop)
        stale[keep] = True
        stale[rows[self._is_news(rows, columns)]] = True
        if self._empty is not None:
            self._empty[keep] *= self._empty[drop]
        self._look(np.flatnonzero(stale & self._alive))
        self._offer(keep)

    def _is_news(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return which changed cells may change the best partner of their row."""
        together = self._sizes[rows] + self._sizes[columns]
        worth = self._values.matrix[rows, columns] - SMALLER_FIRST * together
        forbidden = self._apart[rows, columns] | (together > self._cap) | ~self._alive[columns]
        is_best = self._partner[rows] == columns
        return np.where(is_best, worth != self._best[rows], (worth > self._best[rows]) & ~forbidden)

    def _offer(self, group: int) -> None:
        """Make a group the best partner of those to which it is worth more than the one they have."""
        row = self._allowed(np.array([group]))[0]
        better = row > self._best
        better[group] = False
        self._best[better] = row[better]
        self._partner[better] = group

    def _look(self, rows: np.ndarray) -> None:
        """Find the best partners of groups anew."""
        values = self._allowed(rows)
        self._partner[rows] = values.argmax(axis=1)
        self._best[rows] = values[np.arange(len(rows)), self._partner[rows]]

    def _allowed(self, rows: np.ndarray) -> np.ndarray:
        """Values of the rows' pairs, minus infinity where two may not be merged."""
        together = self._sizes[rows, None] + self._sizes  # (num_rows, num_units)
        values = self._values.matrix[rows] - SMALLER_FIRST * together
        if self._empty is not None:
            values -= self._without_images(rows)
        forbidden = (together > self._cap) | self._apart[rows] | ~self._alive
        forbidden[np.arange(len(rows)), rows] = True
        values[forbidden] = -np.inf
        return values

    def _without_images(self, rows: np.ndarray) -> np.ndarray:
        """Penalties: last are groups without images, first with each other; two groups with images remain."""
        assert self._empty is not None
        mine, others = self._empty[rows, None], self._empty
        penalty = NO_IMAGES * (mine + others + 2 * np.abs(mine - others))
        if int(self._alive.sum() - self._empty[self._alive].sum()) == 2:
            penalty = penalty + 4 * NO_IMAGES * ((mine == 0) & (others == 0))
        return penalty

    def _smallest_two(self) -> int:
        """Return the size of the smallest group that two groups can make together under the wishes."""
        alive = np.flatnonzero(self._alive)
        together = self._sizes[alive, None] + self._sizes[alive]
        forbidden = self._apart[np.ix_(alive, alive)] | np.eye(len(alive), dtype=bool)
        forbidden |= together > self.demands.max_size
        possible = together[~forbidden]
        return int(possible.min()) if possible.size else 0


def assign(num_units: int, merges: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return the group of each unit after merges, int64, numbered in order of the first unit."""
    root = np.arange(num_units)
    for keep, drop in reversed(merges):
        root[drop] = root[keep]
    return np.unique(root, return_inverse=True)[1].astype(np.int64)

"""Clusters of what is linked by pairs."""

import threading

import numpy as np

WAITING_PAIRS = 1 << 15  # merged together; a merge costs as much as there are members


def clusters_of(num_members: int, pairs: np.ndarray) -> np.ndarray:
    """Return the number of the cluster of each member: of what hangs together directly or by way of others.

    Args:
        num_members: How many there are; one that is in no pair is a cluster of its own.
        pairs: Two members in the first two columns, int64, shape ``(num_pairs, 2 or more)``.

    Returns:
        int64, shape ``(num_members,)``, counted from 0.

    >>> clusters_of(5, np.array([[0, 3], [3, 4]])).tolist()
    [0, 1, 2, 0, 0]
    """
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    shape = (num_members, num_members)
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


class Forest:
    """Takes pairs as they come and keeps those that link clusters which were apart; used by several threads.

    Attributes:
        clusters: Number of the cluster of each member so far, int64, shape ``(num_members,)``; replaced from
            time to time, never changed.
    """

    def __init__(self, num_members: int) -> None:
        self.clusters = np.arange(num_members)
        self._links: list[np.ndarray] = []
        self._waiting: list[np.ndarray] = []
        self._num_waiting = 0
        self._lock = threading.Lock()

    def add(self, pairs: np.ndarray) -> None:
        """Take pairs: two members and any further columns, int64, shape ``(num_pairs, 2 or more)``."""
        pairs = self._new_links(pairs)
        if len(pairs):
            with self._lock:
                self._waiting.append(pairs)
                self._num_waiting += len(pairs)
                if self._num_waiting > WAITING_PAIRS:
                    self._merge()

    def links(self) -> list[np.ndarray]:
        """Return the pairs that were kept: of all that was added, just enough to link the same members."""
        with self._lock:
            self._merge()
            return self._links

    def _new_links(self, pairs: np.ndarray) -> np.ndarray:
        clusters = self.clusters
        return pairs[clusters[pairs[:, 0]] != clusters[pairs[:, 1]]]

    def _merge(self) -> None:
        if not self._waiting:
            return
        pairs = self._new_links(np.concatenate(self._waiting))
        self._waiting, self._num_waiting = [], 0
        ends = np.sort(self.clusters[pairs[:, :2]], axis=1)
        _, chosen = np.unique(ends[:, 0] * len(self.clusters) + ends[:, 1], return_index=True)
        names, compact = np.unique(ends[chosen], return_inverse=True)
        compact = compact.reshape(-1, 2)
        self._links.append(pairs[chosen[_tree(len(names), compact)]])
        renamed = np.arange(len(self.clusters))
        renamed[names] = names[clusters_of(len(names), compact)]
        self.clusters = renamed[self.clusters]


def _tree(num_members: int, pairs: np.ndarray) -> np.ndarray:
    """Return which of some pairs, each there once, link their members without going round in circles."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415

    weights = np.arange(1.0, len(pairs) + 1)  # the number of each pair, so that the tree tells its pairs
    graph = coo_array((weights, pairs.T), (num_members, num_members))
    return np.asarray(minimum_spanning_tree(graph.tocsr()).data.astype(np.int64) - 1)

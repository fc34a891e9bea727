"""Communities of the confusion graph: Louvain (Blondel et al., 2008) and Leiden (Traag et al., 2019).

https://arxiv.org/abs/0803.0476 and https://arxiv.org/abs/1810.08473. Both find the number of communities
themselves; the resolution of modularity (Reichardt and Bornholdt, 2006) is halved in on the number wanted.
"""

import numpy as np

LOWEST, HIGHEST = 2.0**-8, 2.0**12  # resolutions that are tried
NUM_HALVINGS = 18


class Communities:
    """The confusion graph, from which about any number of communities is read."""

    def __init__(self, similarity: np.ndarray, *, leiden: bool, seed: int = 0) -> None:
        from scipy.sparse import csr_matrix  # noqa: PLC0415

        self._graph = csr_matrix(similarity)
        self._leiden = leiden
        self._seed = seed
        self._known: dict[float, np.ndarray] = {}

    def assignment(self, num_groups: int) -> np.ndarray:
        """Return the division with the fewest communities not below ``num_groups``, else with the most.

        Returns:
            Community of each unit, int64, shape ``(num_units,)``.
        """
        low, high = np.log2(LOWEST), np.log2(HIGHEST)
        best: np.ndarray | None = None
        for _ in range(NUM_HALVINGS):
            middle = (low + high) / 2
            found = self._at(middle)
            count = int(found.max(initial=-1)) + 1
            if best is None or _is_nearer(count, int(best.max()) + 1, num_groups):
                best = found
            if count == num_groups:
                break
            low, high = (middle, high) if count < num_groups else (low, middle)
        assert best is not None
        return best

    def _at(self, resolution: float) -> np.ndarray:
        """Return the communities at 2 to the power of a resolution."""
        if resolution not in self._known:
            from sknetwork.clustering import Leiden, Louvain  # noqa: PLC0415

            if not self._graph.nnz:
                found = np.arange(self._graph.shape[0])
            else:
                kind = Leiden if self._leiden else Louvain
                finder = kind(resolution=2.0**resolution, shuffle_nodes=True, random_state=self._seed)
                found = np.unique(finder.fit_predict(self._graph), return_inverse=True)[1]
            self._known[resolution] = found.astype(np.int64)
        return self._known[resolution]


def _is_nearer(count: int, other: int, wanted: int) -> bool:
    """Whether ``count`` communities are better than ``other``: first not too few, then nearest."""
    return (count < wanted, abs(count - wanted)) < (other < wanted, abs(other - wanted))

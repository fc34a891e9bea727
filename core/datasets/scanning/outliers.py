"""How unlike the others an image looks, from its pixels alone: distance to its nearest neighbors.

Ramaswamy, Rastogi and Shim (2000), https://doi.org/10.1145/342009.335437, in the space of the first principal
components of tiny pictures. The neighbors are looked for among a sample of the images, so that the work
grows with the number of images, not with its square. It sees light, color and coarse shape, no meaning.
"""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from core.datasets.parallel import Progress
from core.datasets.scanning.row_file import RowFile

NUM_REFERENCES = 5_000  # images among which neighbors are looked for
NUM_NEIGHBORS = 10
NUM_COMPONENTS = 32
CHUNK_ROWS = 8_192  # images looked at together; bounds the memory


def outlier_scores(
    tiny: np.ndarray | RowFile, *, seed: int = 0, progress: Progress | None = None
) -> np.ndarray:
    """Return the mean distance of images to their nearest neighbors; higher is stranger.

    Args:
        tiny: Small pictures, uint8, shape ``(num_images, height, width, 3)``.
        seed: Start of the random numbers that choose the references.
        progress: Called with (done, total) from time to time; what it raises stops the work.

    Returns:
        Root mean square difference per pixel and channel, 0-255, mean over 10 neighbors, float32, shape
        ``(num_images,)``; fewer neighbors where there are fewer images, and 0 for a lone image.
    """
    num_images = len(tiny)
    scores = np.zeros(num_images, np.float32)
    if num_images < 2:
        return scores
    num_references = min(num_images, NUM_REFERENCES)
    references = np.sort(np.random.default_rng(seed).choice(num_images, num_references, replace=False))
    is_reference = np.isin(np.arange(num_images), references)
    num_neighbors = min(NUM_NEIGHBORS, num_references - 1)
    with _one_thread():
        reducer, neighbors = _fit(_flat(tiny[references]))
    for start in range(0, num_images, CHUNK_ROWS):
        chunk = slice(start, start + CHUNK_ROWS)
        flat = _flat(tiny[chunk])
        with _one_thread():
            reduced = reducer.transform(flat)
        distances, _ = neighbors.kneighbors(reduced, num_neighbors + 1)
        others = np.where(is_reference[chunk, None], distances[:, 1:], distances[:, :-1])  # without itself
        scores[chunk] = others.mean(axis=1) / np.sqrt(flat.shape[1])
        if progress is not None:
            progress(min(start + CHUNK_ROWS, num_images), num_images)
    return scores


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1).astype(np.float32)


def _fit(references: np.ndarray) -> tuple[Any, Any]:
    """Return the reduction to principal components and the index of the reduced references."""
    from sklearn.decomposition import PCA  # noqa: PLC0415
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415

    num_components = min(NUM_COMPONENTS, *references.shape)
    reducer = PCA(num_components, svd_solver="randomized", iterated_power=3, random_state=0)
    with np.errstate(invalid="ignore"):  # shares of the variance of identical images; not used here
        reduced = reducer.fit_transform(references)
    return reducer, NearestNeighbors(algorithm="brute").fit(reduced)


def _one_thread() -> AbstractContextManager[Any]:
    """Keep linear algebra to one thread: its others spin on after each step and slow what comes next."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits

"""Mistakes dealt anew: what the same model would confuse if no two classes were alike.

The answers of the wrongly answered images are exchanged among them, so that each class keeps how often it is
answered right and each answer how often it is given wrongly, while no image gets its own class. Which class
is taken for which is chance. Images that belong together (one patient, one photo) are often taken for one
class together: those of one class with one answer are exchanged as a whole, with as many of another group.

Method: pairs and triples of images exchange their answers again and again; triples are needed to reach every
way of dealing when the diagonal must stay free. Every draw starts from one common hub that was itself reached
from the observed answers, so that observed and dealt answers are exchangeable however long the exchange
lasts: Besag and Clifford (1989), "Generalized Monte Carlo significance tests",
https://doi.org/10.1093/biomet/76.4.633, section 3.
"""

from collections.abc import Iterator

import numpy as np

# Rounds of exchange from the observed answers to the hub and from there to a draw: read backward it is the
# same, as the method demands. After all of them hardly an answer is left where it was.
ROUNDS = (2, 3) * 7 + (2,)


def deal_mistakes(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    *,
    num_draws: int,
    seed: int = 0,
    clusters: np.ndarray | None = None,
) -> Iterator[np.ndarray]:
    """Yield, for each draw, from which image every image takes its answer.

    Args:
        y_true: True classes, int, shape ``(num_samples,)``.
        y_pred: Predicted classes, like ``y_true``.
        num_draws: How many draws.
        seed: Start of the random numbers.
        clusters: Which images belong together, integers, like ``y_true``; None: each stands alone.

    Yields:
        A permutation of the images, int64, shape ``(num_samples,)``: ``y_pred[source]`` are the answers of
        one draw. Images that were answered right keep their answer.

    >>> y_true, y_pred = np.array([0, 0, 1, 2, 3]), np.array([0, 1, 2, 3, 0])
    >>> (source,) = deal_mistakes(y_true, y_pred, num_draws=1)
    >>> sorted(y_pred[source].tolist()), int((y_pred[source] == y_true).sum())
    ([0, 0, 1, 2, 3], 1)
    """
    rng = np.random.default_rng(seed)
    sets = [
        (images, y_true[images[:, 0]], y_pred[images[:, 0]]) for images in _blocks(y_true, y_pred, clusters)
    ]
    hubs = [_exchange(np.arange(len(images)), truth, answers, rng) for images, truth, answers in sets]
    for _ in range(num_draws):
        source = np.arange(len(y_true))
        for (images, truth, answers), hub in zip(sets, hubs, strict=True):
            source[images] = images[_exchange(hub, truth, answers, rng)]
        yield source


def _blocks(y_true: np.ndarray, y_pred: np.ndarray, clusters: np.ndarray | None) -> list[np.ndarray]:
    """Wrongly answered images that are exchanged as one: for each size of block ``(num_blocks, size)``."""
    wrong = np.flatnonzero(y_true != y_pred)
    if clusters is None:
        return [wrong[:, None]]
    alike = np.stack([clusters[wrong], y_true[wrong], y_pred[wrong]])
    _, block, sizes = np.unique(alike, axis=1, return_inverse=True, return_counts=True)
    ordered = wrong[np.argsort(block.ravel(), kind="stable")]
    starts = np.cumsum(sizes) - sizes
    return [ordered[starts[sizes == size, None] + np.arange(size)] for size in np.unique(sizes)]


def _exchange(
    source: np.ndarray, truth: np.ndarray, answers: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return ``source``, shape ``(num_blocks,)``, after all rounds; never a block's own class."""
    source = source.copy()
    for size in ROUNDS:
        num_sets = len(source) // size
        blocks = rng.permutation(len(source))[: num_sets * size].reshape(num_sets, size)
        turns = (np.arange(size) + rng.integers(size, size=(num_sets, 1))) % size  # none, or one way or back
        turned = source[np.take_along_axis(blocks, turns, axis=1)]  # (num_sets, size)
        allowed = (answers[turned] != truth[blocks]).all(axis=1)
        source[blocks[allowed]] = turned[allowed]
    return source

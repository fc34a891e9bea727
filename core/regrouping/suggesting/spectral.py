"""Spectral clustering of the confusion graph (Ng, Jordan and Weiss, 2001), without random numbers.

The leading eigenvectors of the normalized similarities are rotated to the groups by a pivoted QR
decomposition (Damle, Minden and Ying, 2019, https://doi.org/10.1093/imaiai/iay008) where others run k-means
from random starts. A little similarity is added between all classes (Amini et al., 2013,
https://arxiv.org/abs/1207.2340), so that classes that are never confused do not take the vectors.
"""

import numpy as np

REGULARIZATION = 0.1  # of the mean sum of similarities, spread over all classes


class SpectralClustering:
    """The eigenvectors of a similarity, from which any number of groups is read.

    Attributes:
        vectors: Of the normalized similarity, largest eigenvalue first, shape ``(num_units, num_units)``.
    """

    def __init__(self, similarity: np.ndarray) -> None:
        from scipy.linalg import eigh  # noqa: PLC0415

        num_units = len(similarity)
        spread = max(REGULARIZATION * float(similarity.sum(axis=1).mean()), 1e-9) / num_units
        scale = 1 / np.sqrt(similarity.sum(axis=1) + spread * num_units)
        vectors = eigh((similarity + spread) * scale[:, None] * scale)[1][:, ::-1]
        # The sign of a vector is arbitrary: the largest entry is made positive, so that machines agree.
        signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(num_units)])
        self.vectors = vectors * signs

    def assignment(self, num_groups: int) -> np.ndarray:
        """Return at most ``num_groups`` groups, int64, shape ``(num_units,)``."""
        from scipy.linalg import qr, svd  # noqa: PLC0415

        vectors = self.vectors[:, :num_groups]
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        pivots = qr(vectors.T, pivoting=True, mode="r")[-1][:num_groups]
        left, _, right = svd(vectors[pivots].T)
        nearest = np.abs(vectors @ (left @ right)).argmax(axis=1)
        return np.unique(nearest, return_inverse=True)[1].astype(np.int64)

"""Principal components of images or features, in NumPy alone: the first few, for any number of rows.

Halko, Martinsson and Tropp (2011), https://doi.org/10.1137/090771806: a random sketch, sharpened by power
iterations. scikit-learn has the same, but its import takes longer than this takes for 10,000 images.
"""

from dataclasses import dataclass

import numpy as np

OVERSAMPLING = 10  # columns of the sketch beyond those wanted
POWER_ITERATIONS = 4
EXACT_SIZE = 256  # with no more rows or columns than that the sketch is of everything, and the result exact
CHUNK_ROWS = 2048  # rows that are real numbers at a time: bytes of pixels take a quarter of the memory


@dataclass(frozen=True)
class Components:
    """The rows of a matrix, seen along the directions in which they differ the most.

    Attributes:
        scores: Place of each row along each direction, shape ``(num_rows, num_components)``, float32.
        explained: Share of the total variance that each direction holds, shape ``(num_components,)``,
            float64; zeros when all rows are the same.
    """

    scores: np.ndarray
    explained: np.ndarray


def compute_components(matrix: np.ndarray, num_components: int, *, seed: int = 0) -> Components:
    """Return the first principal components.

    A direction's sign is free; here the row farthest from the middle lies on the positive side. Directions
    that a matrix with few rows or columns does not have are zero.

    Args:
        matrix: Shape ``(num_rows, num_columns)``, any real numbers or uint8.
        num_components: How many.
        seed: Start of the random sketch.

    >>> line = np.array([[0.0, 0.0], [1.0, 1.0], [4.0, 4.0]])
    >>> compute_components(line, 1).scores[:, 0].astype(float).round(2).tolist()
    [-2.36, -0.94, 3.3]
    """
    num_rows, num_columns = matrix.shape
    found = Components(np.zeros((num_rows, num_components), np.float32), np.zeros(num_components))
    total = _total_variance(matrix)
    smaller = min(num_rows, num_columns)
    size = smaller if smaller <= EXACT_SIZE else num_components + OVERSAMPLING
    if size == 0 or total == 0:
        return found
    mean = matrix.mean(axis=0, dtype=np.float64).astype(np.float32)
    sketch = np.random.default_rng(seed).standard_normal((num_columns, size), dtype=np.float32)
    basis = _orthonormal(_times(matrix, mean, sketch))  # (num_rows, size)
    for _ in range(0 if size == smaller else POWER_ITERATIONS):
        basis = _orthonormal(_times(matrix, mean, _orthonormal(_transposed_times(matrix, mean, basis))))
    _, lengths, directions = np.linalg.svd(_transposed_times(matrix, mean, basis).T, full_matrices=False)
    kept = min(num_components, size)
    scores = _times(matrix, mean, np.ascontiguousarray(directions[:kept].T))
    farthest = np.abs(scores).argmax(axis=0)
    found.scores[:, :kept] = scores * np.where(scores[farthest, np.arange(kept)] < 0, -1, 1)
    found.explained[:kept] = lengths[:kept].astype(np.float64) ** 2 / total
    return found


def _total_variance(matrix: np.ndarray) -> float:
    """Sum of squares about the mean; 0 when all rows are the same, which rounding would hide."""
    if not len(matrix) or (matrix == matrix[0]).all():
        return 0.0
    mean = matrix.mean(axis=0, dtype=np.float64)
    return float(sum(((rows - mean) ** 2).sum() for rows in _chunks(matrix)))


def _times(matrix: np.ndarray, mean: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return (matrix - mean) right."""
    return np.concatenate([(rows.astype(np.float32) - mean) @ right for rows in _chunks(matrix)])


def _transposed_times(matrix: np.ndarray, mean: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return (matrix - mean)' right."""
    parts = zip(_chunks(matrix), _chunks(right), strict=True)
    return np.sum([(rows.astype(np.float32) - mean).T @ part for rows, part in parts], axis=0)


def _orthonormal(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.qr(matrix)[0], np.float32)


def _chunks(matrix: np.ndarray) -> list[np.ndarray]:
    return [matrix[start : start + CHUNK_ROWS] for start in range(0, len(matrix), CHUNK_ROWS)]

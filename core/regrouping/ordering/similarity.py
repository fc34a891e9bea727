"""How alike classes look to a model, kept sparse: only pairs that are confused take room.

The same numbers as ``core.evaluation.confusion.class_similarity``, which fills a square: at 3,000 classes
that is nine million values of which forty thousand are not zero.
"""

from typing import TYPE_CHECKING, cast

import numpy as np

from core.regrouping.scoring.counts import SparseCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def as_sparse(counts: np.ndarray | SparseCounts) -> SparseCounts:
    """Return the cells that hold images, of a confusion matrix, shape ``(num_classes, num_classes)``."""
    return counts if isinstance(counts, SparseCounts) else SparseCounts.of(counts)


def mistakes_of(counts: SparseCounts) -> SparseCounts:
    """Return the cells off the diagonal.

    >>> mistakes_of(as_sparse(np.array([[3, 1], [0, 2]]))).counts.tolist()
    [1]
    """
    wrong = counts.rows != counts.columns
    return SparseCounts(counts.rows[wrong], counts.columns[wrong], counts.counts[wrong], counts.num_classes)


def sparse_similarity(counts: SparseCounts) -> "csr_array":
    """Return row shares averaged over both directions, symmetric, 0-1, without a diagonal.

    A class without images is similar to none, since nothing is known of it.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - a page imports this module

    support, wrong = counts.row_sums, mistakes_of(counts)
    known = support[wrong.columns] > 0
    rows, columns = wrong.rows[known], wrong.columns[known]
    half = wrong.counts[known] / support[rows] / 2
    places = (np.concatenate([rows, columns]), np.concatenate([columns, rows]))
    shape = (counts.num_classes, counts.num_classes)
    return cast("csr_array", csr_array((np.concatenate([half, half]), places), shape=shape))

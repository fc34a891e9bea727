"""An order of the classes in which confusions, and groups, lie in blocks on the diagonal.

Method: average linkage with optimal leaf ordering, Bar-Joseph, Gifford and Jaakkola (2001),
https://doi.org/10.1093/bioinformatics/17.suppl_1.S22, as implemented in SciPy.
"""

import numpy as np

from core.evaluation.confusion import class_similarity
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import merge_confusion

MAX_OPTIMAL = 300  # classes; above, optimal leaf ordering takes seconds and the plain leaf order must do


def order_classes(confusion: np.ndarray, grouping: Grouping | None = None) -> np.ndarray:
    """Return an order of the classes that puts what is confused side by side.

    With a grouping the classes of a group stay together: classes are ordered within each group, then the
    groups by the confusions between them.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``.
        grouping: Which classes count as one; without it every class stands alone.

    Returns:
        Class indices, a permutation, int64, shape ``(num_classes,)``.
    """
    if grouping is None or grouping.num_groups == grouping.num_classes:
        return _leaf_order(class_similarity(confusion))
    similarity = class_similarity(confusion)
    ordered_groups = _leaf_order(class_similarity(merge_confusion(confusion, grouping)))
    parts = []
    for group in ordered_groups:
        members = np.flatnonzero(grouping.group_of_class == group)
        parts.append(members[_leaf_order(similarity[np.ix_(members, members)])])
    return np.concatenate(parts).astype(np.int64)


def _leaf_order(similarity: np.ndarray) -> np.ndarray:
    if len(similarity) < 3:
        return np.arange(len(similarity), dtype=np.int64)
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    distance = 1 - similarity
    np.fill_diagonal(distance, 0)
    condensed = squareform(distance, checks=False)
    tree = linkage(condensed, method="average", optimal_ordering=len(similarity) <= MAX_OPTIMAL)
    return leaves_list(tree).astype(np.int64)

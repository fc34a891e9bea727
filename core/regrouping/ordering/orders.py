"""Orders of the classes along the matrix: to find a class by, or to gather the mistakes at the diagonal.

Sources: optimal leaf ordering, see ``dendrogram``; the Fiedler vector, Fiedler (1973),
https://eudml.org/doc/12723, for ordering Atkins, Boman and Hendrickson (1998),
https://doi.org/10.1137/S0097539795285771; reverse Cuthill-McKee, Cuthill and McKee (1969),
https://doi.org/10.1145/800195.805928, by SciPy.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.ordering.dendrogram import MAX_OPTIMAL, MergeTree, merge_tree
from core.regrouping.ordering.scores import order_score
from core.regrouping.ordering.similarity import as_sparse, sparse_similarity
from core.regrouping.scoring.counts import SparseCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_EXACT = 500  # classes of a connected part; above, the Fiedler vector is found step by step
STRONGER = (0, 1, 2)  # times the mean confusion: what counts as confused in Cuthill-McKee
NUMBERS = re.compile(r"([0-9]+)")


class Order(NamedTuple):
    """How an order is shown: its title, and what it is in plain words."""

    title: str
    help: str


ORDERS = {
    "given": Order("As given", "The order in which the dataset names its classes."),
    "name": Order("By name", "Alphabetical; numbers in names count as numbers, so 9 comes before 10."),
    "size": Order("By size", "The class with the most validation images first."),
    "recall": Order(
        "By recall", "The class of which the smallest share is recognized first; classes without images last."
    ),
    "leaf": Order(
        "Optimal leaf order",
        "The leaves of the merge tree, turned so that neighbors are confused as much as possible. Above "
        f"{MAX_OPTIMAL} classes the best turning would take too long and a quick one is used.",
    ),
    "spectral": Order(
        "Spectral",
        "Along the Fiedler vector: classes are laid on a line so that confused ones lie close together, as "
        "if each confusion were a spring.",
    ),
    "rcm": Order(
        "Reverse Cuthill-McKee",
        "Walks from class to class along the confusions, so that none lies far from the diagonal.",
    ),
    "blocks": Order("Blocks", "The optimal leaf order with the classes of each group gathered side by side."),
    "own": Order("Own order", "As you dragged the groups; before that, as given."),
}
BASE_ORDERS = tuple(key for key in ORDERS if key not in {"blocks", "own"})  # no grouping changes them


def class_order(
    counts: np.ndarray | SparseCounts,
    grouping: Grouping,
    key: str,
    *,
    own: Sequence[int] | None = None,
    tree: MergeTree | None = None,
) -> np.ndarray:
    """Return an order of the classes along the matrix.

    Args:
        counts: Counts on validation, shape ``(num_classes, num_classes)``.
        grouping: The groups now, and the names of the classes.
        key: One of ``ORDERS``.
        own: For ``own`` the order that was made by hand, a permutation of the class indices.
        tree: Of ``merge_tree``, where it is known already; ``leaf`` and ``blocks`` need it.

    Returns:
        Class indices, a permutation, int64, shape ``(num_classes,)``.

    Raises:
        GroupingError: The key is unknown, or ``own`` does not name each class once.
    """
    if key == "own":
        return own_order(own, grouping.num_classes)
    if key == "blocks":
        return gather_groups(base_order(counts, "leaf", grouping.class_names, tree=tree), grouping)
    return base_order(counts, key, grouping.class_names, tree=tree)


def base_order(
    counts: np.ndarray | SparseCounts, key: str, class_names: Sequence[str], *, tree: MergeTree | None = None
) -> np.ndarray:
    """Return an order that no grouping changes, to be kept as long as the matrix is the same.

    Raises:
        GroupingError: There is no such order.
    """
    cells = as_sparse(counts)
    given = np.arange(cells.num_classes, dtype=np.int64)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "given": lambda: given,
        "name": lambda: _by_name(class_names),
        "size": lambda: np.argsort(-cells.row_sums, kind="stable"),
        "recall": lambda: _by_recall(cells.diagonal, cells.row_sums),
        "leaf": lambda: (tree or merge_tree(cells)).leaves if cells.num_classes else given,
        "spectral": lambda: _spectral(sparse_similarity(cells)),
        "rcm": lambda: _cuthill_mckee(cells),
    }
    if key not in ways:
        raise GroupingError(f"There is no order {key!r}; choose one of {', '.join(ORDERS)}.")
    return ways[key]()


def gather_groups(order: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Return an order with the classes of each group side by side, moved as little as is simple.

    A group stands where the middle one of its classes stands; the classes within it keep their order.

    Args:
        order: Class indices, a permutation, shape ``(num_classes,)``.
        grouping: The groups.

    >>> pets = Grouping.identity(["cat", "car", "dog", "bus"]).merge(["cat", "dog"])
    >>> gather_groups(np.array([0, 1, 2, 3]), pets).tolist()
    [0, 2, 1, 3]
    """
    group_of = grouping.group_of_class[order]  # (num_classes,), along the order
    size = np.bincount(group_of, minlength=grouping.num_groups)
    by_group = np.argsort(group_of, kind="stable")  # places, group by group
    middle = by_group[np.cumsum(size) - 1 - size // 2]  # the earlier one of two in the middle
    return order[np.lexsort((np.arange(len(order)), middle[group_of]))]


def own_order(own: Sequence[int] | None, num_classes: int) -> np.ndarray:
    """Return an order made by hand; where there is none, as given.

    Raises:
        GroupingError: It does not name each class once.
    """
    if own is None:
        return np.arange(num_classes, dtype=np.int64)
    order = np.asarray(own, dtype=np.int64)
    if not np.array_equal(np.sort(order), np.arange(num_classes)):
        raise GroupingError(
            f"An order of {len(order)} places does not name each of the {num_classes} classes once; "
            f"choose another order, or drag the groups again."
        )
    return order


def _by_name(class_names: Sequence[str]) -> np.ndarray:
    keys = [_natural(name) for name in class_names]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Split a name for sorting: numbers by value, before letters without regard to upper case."""
    parts = enumerate(NUMBERS.split(name.casefold()))
    return [(0, int(part), "") if k % 2 else (1, 0, part) for k, part in parts if part]


def _by_recall(right: np.ndarray, support: np.ndarray) -> np.ndarray:
    recall = right / np.maximum(support, 1)
    return np.lexsort((recall, support == 0)).astype(np.int64)


def _cuthill_mckee(counts: SparseCounts) -> np.ndarray:
    """Order by the pattern of the confusions: all of them, or the stronger ones, whichever gathers more.

    The method looks only at which pairs are confused at all; in a matrix where nearly all are, weak
    confusions have to be left out.
    """
    from scipy.sparse.csgraph import reverse_cuthill_mckee  # noqa: PLC0415

    similarity = sparse_similarity(counts)
    if not similarity.nnz:
        return np.arange(counts.num_classes, dtype=np.int64)
    mean = similarity.data.mean()
    tried = []
    for times in STRONGER:
        strong = similarity.copy()
        strong.data[strong.data < times * mean] = 0
        strong.eliminate_zeros()
        tried.append(reverse_cuthill_mckee(strong, symmetric_mode=True).astype(np.int64))
    return max(tried, key=lambda order: order_score(counts, order).near_diagonal)


def _spectral(similarity: "csr_array") -> np.ndarray:
    """Order each connected part along its Fiedler vector; the largest part first, lone classes last."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    num_parts, part_of = connected_components(similarity, directed=False)
    by_size = np.argsort(-np.bincount(part_of, minlength=num_parts), kind="stable")
    ordered = []
    for part in by_size:
        members = np.flatnonzero(part_of == part)
        if len(members) > 2:
            vector = _fiedler(similarity[members][:, members])
            vector = -vector if vector[0] > 0 else vector  # its sign means nothing: the first class up
            members = members[np.argsort(vector, kind="stable")]
        ordered.append(members)
    return np.concatenate(ordered).astype(np.int64) if ordered else np.zeros(0, np.int64)


def _fiedler(similarity: "csr_array") -> np.ndarray:
    """Return the Fiedler vector of a connected graph, with the Laplacian normalized by the degrees.

    Args:
        similarity: Symmetric, not negative, shape ``(num_classes, num_classes)``.

    Returns:
        Float64, shape ``(num_classes,)``; its sign is arbitrary.
    """
    from scipy.linalg import eigh  # noqa: PLC0415
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh  # noqa: PLC0415

    num_classes = similarity.shape[0]
    scale = 1 / np.sqrt(np.asarray(similarity.sum(axis=1)).ravel())
    scaled = similarity.multiply(scale[:, None]).multiply(scale[None, :]).tocsr()
    if num_classes > MAX_EXACT:
        try:  # the largest two of the scaled similarity are the smallest two of the Laplacian
            values, vectors = eigsh(scaled, k=2, which="LA", v0=np.arange(num_classes) + 1.0)
            return vectors[:, np.argmin(values)] * scale
        except ArpackNoConvergence:
            pass  # two parts that hardly touch: the slow way finds it
    place = num_classes - 2
    _, vectors = eigh(scaled.toarray(), subset_by_index=[place, place])
    return vectors[:, 0] * scale

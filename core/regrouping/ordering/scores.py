"""How well an order shows the mistakes: the share near the diagonal, within groups, and in blocks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.regrouping.grouping import Grouping
from core.regrouping.ordering.similarity import as_sparse, mistakes_of
from core.regrouping.scoring.counts import SparseCounts

BAND = 0.05  # of the classes: how far from the diagonal still counts as near


@dataclass(frozen=True)
class OrderScore:
    """Shares (0-1) of the mistakes; all are 0 when there is none.

    Attributes:
        near_diagonal: True and predicted class stand at most ``band`` places apart.
        within_groups: They are in one group, wherever they stand; the same for every order.
        in_blocks: They are in one group and in one unbroken run of it, so in an outlined block on the
            diagonal; the share within groups when each group stands together.
        by_chance: Expected ``near_diagonal`` of classes in random order.
        band: Places, see ``band_width``.
        num_mistakes: Images taken for another class.
    """

    near_diagonal: float
    within_groups: float
    in_blocks: float
    by_chance: float
    band: int
    num_mistakes: int


def order_score(
    counts: np.ndarray | SparseCounts, order: np.ndarray, grouping: Grouping | None = None
) -> OrderScore:
    """Return how much of the mistakes an order brings to where the eye finds them.

    Args:
        counts: Counts, shape ``(num_classes, num_classes)``.
        order: Class index for each place along the diagonal, shape ``(num_classes,)``.
        grouping: The groups; without it every class stands alone.

    >>> confusion = np.array([[5, 0, 3], [0, 6, 1], [0, 0, 9]])
    >>> score = order_score(confusion, np.array([0, 2, 1]))
    >>> score.near_diagonal, score.within_groups, score.band
    (1.0, 0.0, 1)
    """
    wrong = mistakes_of(as_sparse(counts))
    num_classes, num_mistakes = wrong.num_classes, int(wrong.counts.sum())
    place = np.empty(num_classes, np.int64)
    place[order] = np.arange(num_classes)
    band = band_width(num_classes)
    group_of = np.arange(num_classes) if grouping is None else grouping.group_of_class
    starts = np.diff(group_of[order], prepend=-1) != 0
    run_of = np.empty(num_classes, np.int64)
    run_of[order] = np.cumsum(starts)

    def share(is_meant: np.ndarray) -> float:
        return float(wrong.counts[is_meant].sum()) / max(1, num_mistakes)

    return OrderScore(
        near_diagonal=share(np.abs(place[wrong.rows] - place[wrong.columns]) <= band),
        within_groups=share(group_of[wrong.rows] == group_of[wrong.columns]),
        in_blocks=share(run_of[wrong.rows] == run_of[wrong.columns]),
        by_chance=_by_chance(num_classes, band),
        band=band,
        num_mistakes=num_mistakes,
    )


def band_width(num_classes: int) -> int:
    """Return how many places from the diagonal count as near: a twentieth of the classes, at least one.

    >>> band_width(10), band_width(73), band_width(1000)
    (1, 4, 50)
    """
    return max(1, round(BAND * num_classes))


def best_order(scores: Mapping[str, OrderScore]) -> str:
    """Return the order with the largest share near the diagonal, the first of equals.

    Raises:
        ValueError: There are no scores.
    """
    return max(scores, key=lambda key: scores[key].near_diagonal)


def _by_chance(num_classes: int, band: int) -> float:
    """Share of all pairs of places that stand at most ``band`` apart."""
    if num_classes < 2:
        return 0.0
    near = min(band, num_classes - 1)
    return near * (2 * num_classes - near - 1) / (num_classes * (num_classes - 1))

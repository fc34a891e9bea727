"""What merging gives for free: the merged accuracy of random groupings with the same group sizes.

Dealing the classes anew leaves what is right and takes every pair of classes into one group equally often:
with ``P`` pairs of classes within groups out of ``n (n - 1) / 2``, a mistake is forgiven with probability
``2 P / (n (n - 1))``. So the mean is exact without drawing; the band is drawn.
"""

import numpy as np

from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts

MAX_BLOCK_VALUES = 1_000_000  # counts looked up at once: small enough for the processor's cache


def mean_random_accuracy(counts: SparseCounts | np.ndarray, grouping: Grouping) -> float:
    """Return the exact mean merged accuracy (0-1) over all groupings with the same group sizes.

    Args:
        counts: Rows true, columns predicted: its cells, or dense, ``(num_classes, num_classes)``.
        grouping: Gives the group sizes.

    >>> confusion = np.array([[8, 2, 0], [2, 7, 1], [0, 0, 10]])
    >>> mean_random_accuracy(confusion, Grouping.identity("abc"))
    0.8333333333333334
    >>> round(mean_random_accuracy(confusion, Grouping.identity("abc").merge(["a", "c"])), 3)
    0.889
    """
    counts = _sparse(counts)
    sizes = np.bincount(grouping.group_of_class)
    num_within = int((sizes * (sizes - 1)).sum())  # ordered pairs
    num_pairs = grouping.num_classes * (grouping.num_classes - 1)
    right = int(counts.diagonal.sum())
    forgiven = (counts.num_samples - right) * num_within / max(1, num_pairs)
    return (right + forgiven) / max(1, counts.num_samples)


def random_accuracies(
    counts: SparseCounts | np.ndarray, grouping: Grouping, *, num_random: int = 1000, seed: int = 0
) -> np.ndarray:
    """Return the merged accuracy of random groupings with the same group sizes.

    Args:
        counts: Rows true, columns predicted: its cells, or dense, ``(num_classes, num_classes)``.
        grouping: Gives the group sizes.
        num_random: How many groupings: the classes are dealt anew to the groups each time.
        seed: Start of the random numbers.

    Returns:
        Accuracies 0-1, float64, shape ``(num_random,)``.
    """
    counts = _sparse(counts)
    within = _pairs_within(grouping)
    rng = np.random.default_rng(seed)
    if len(within[0]) < len(counts.pairs[0]):
        forgiven = _look_up_pairs(counts, within, num_random=num_random, rng=rng)
    else:
        forgiven = _deal_groups(counts, grouping, num_random=num_random, rng=rng)
    return (int(counts.diagonal.sum()) + forgiven) / max(1, counts.num_samples)


def _look_up_pairs(
    counts: SparseCounts,
    within: tuple[np.ndarray, np.ndarray],
    *,
    num_random: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Few pairs of classes within groups: add the mistakes between the classes dealt to them."""
    forgiven = np.zeros(num_random, np.int64)
    num_dealt = int(within[1].max(initial=-1)) + 1
    if not num_dealt:
        return forgiven
    mistakes = counts.mistakes.reshape(-1)
    dealt = _deal(counts.num_classes, num_dealt, num_random, rng)
    block = max(1, MAX_BLOCK_VALUES // num_random)
    for start in range(0, len(within[0]), block):
        first, second = (places[start : start + block] for places in within)
        cells = dealt[first] * counts.num_classes + dealt[second]  # (num_pairs, num_random)
        forgiven += mistakes.take(cells).sum(axis=0, dtype=np.int64)
    return forgiven


def _deal_groups(
    counts: SparseCounts, grouping: Grouping, *, num_random: int, rng: np.random.Generator
) -> np.ndarray:
    """Few pairs of classes that are confused: add the mistakes of those that fall into one group."""
    first, second, num_images = counts.pairs
    groups = grouping.group_of_class.astype(np.int32)
    weights = num_images.astype(np.float64)  # exact, and quicker to multiply
    forgiven = np.zeros(num_random, np.int64)
    for k in range(num_random):
        dealt = rng.permutation(groups)
        forgiven[k] = weights @ (dealt.take(first) == dealt.take(second)).astype(np.float64)
    return forgiven


def _deal(num_classes: int, num_dealt: int, num_random: int, rng: np.random.Generator) -> np.ndarray:
    """Draw distinct classes, shape ``(num_dealt, num_random)``: Fisher and Yates' shuffle, stopped early."""
    cards = np.tile(np.arange(num_classes)[:, None], (1, num_random))
    flat, every = cards.reshape(-1), np.arange(num_random)
    for place in range(num_dealt):
        drawn = rng.integers(place, num_classes, num_random) * num_random + every
        card = flat.take(drawn)
        flat[drawn] = cards[place]
        cards[place] = card
    return cards[:num_dealt]


def _pairs_within(grouping: Grouping) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of places within one group, the larger groups first; groups of one have none."""
    sizes = np.sort(np.bincount(grouping.group_of_class))[::-1]
    starts = np.cumsum(sizes) - sizes
    found = [
        np.add(np.triu_indices(size, k=1), start)
        for size, start in zip(sizes[sizes > 1], starts, strict=False)
    ]
    pairs = np.concatenate(found, axis=1) if found else np.zeros((2, 0), np.int64)
    return pairs[0], pairs[1]


def _sparse(counts: SparseCounts | np.ndarray) -> SparseCounts:
    return counts if isinstance(counts, SparseCounts) else SparseCounts.of(counts)

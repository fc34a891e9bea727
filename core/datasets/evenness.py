"""How evenly images are spread over classes, from their sizes alone: entropy, effective classes, imbalance.

Source of the effective number of classes: the perplexity, or Hill number of order 1: Hill (1973),
https://doi.org/10.2307/1934352.
"""

import math

import numpy as np


def entropy_of(sizes: np.ndarray) -> float:
    """Return the entropy of counts in bits, not corrected for few images.

    Args:
        sizes: Counts, int, shape ``(num_cells,)``; zeros do not matter.

    >>> entropy_of(np.array([2, 1, 1, 0]))
    1.5
    """
    sizes = sizes[sizes > 0].astype(np.float64)
    if len(sizes) < 2:
        return 0.0
    total = sizes.sum()
    return float(np.log2(total) - (sizes * np.log2(sizes)).sum() / total)


def effective_classes(sizes: np.ndarray) -> float:
    """Return how many classes of equal size are as hard to guess: two to the power of the entropy.

    Args:
        sizes: Images of each class, int, shape ``(num_classes,)``.

    >>> effective_classes(np.array([5, 5, 0])), effective_classes(np.array([9, 0]))
    (2.0, 1.0)
    """
    return 2.0 ** entropy_of(sizes)


def imbalance_ratio(sizes: np.ndarray) -> float:
    """Return how many times as many images the largest class has as the smallest that has any; NaN without.

    Args:
        sizes: Images of each class, int, shape ``(num_classes,)``.

    >>> imbalance_ratio(np.array([10, 0, 4]))
    2.5
    """
    sizes = sizes[sizes > 0]
    return float(sizes.max() / sizes.min()) if len(sizes) else math.nan

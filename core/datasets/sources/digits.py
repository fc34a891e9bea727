"""Digits: 1,797 scanned handwritten digits, 8 x 8 pixels, 10 classes, part of scikit-learn.

Source: the test part of Alpaydin and Kaynak (1998), UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49.
"""

import numpy as np

from core.datasets.sources.listing import Listing

MAX_VALUE = 16  # brightest pixel in scikit-learn's copy


def list_digits() -> Listing:
    """Return the digits, values scaled from 0-16 to 0-255."""
    from sklearn.datasets import load_digits  # noqa: PLC0415

    digits = load_digits()
    images = np.rint(digits.images * (255 / MAX_VALUE)).astype(np.uint8)  # (1797, 8, 8)
    count = len(images)
    return Listing(
        description="Scanned handwritten digits, 1,797 grey pictures of 8 x 8 pixels, from scikit-learn.",
        arrays=[images],
        labels=[str(label) for label in digits.target.tolist()],
        splits=[None] * count,
        groups=[None] * count,
        reasons=[None] * count,
    )

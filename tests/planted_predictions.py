"""Predictions in which what is wrong is known, because it was planted."""

import numpy as np

from core.predictions import Predictions

NAMES = ("cat", "dog", "car", "bus", "hen")


def planted(
    mistakes: dict[tuple[int, int], int],
    *,
    support: tuple[int, ...] = (100,) * 5,
    sure: float = 0.6,
    shared: float = 0.2,
    split: str = "val",
) -> Predictions:
    """Return predictions with just these mistakes, everything else recognized.

    Args:
        mistakes: (true class, predicted class) to number of images.
        support: Images of each class.
        sure: Probability of the wrong class in a mistake.
        shared: Probability of each class's partner (0 and 1, 2 and 3) on recognized images.
        split: Which split they claim to be of.
    """
    y_true, y_pred = [], []
    for label, total in enumerate(support):
        wrong = [said for (true, said), count in mistakes.items() if true == label for _ in range(count)]
        y_true += [label] * total
        y_pred += wrong + [label] * (total - len(wrong))
    true, said = np.array(y_true), np.array(y_pred)
    other = np.where(true == said, np.minimum(true ^ 1, len(support) - 1), true)
    top = np.where(true == said, 1 - shared, sure)
    probs = np.zeros((len(true), len(support)), np.float32)
    rows = np.arange(len(true))
    probs[rows, other] += 1 - top
    probs[rows, said] += top
    return Predictions(split, NAMES[: len(support)], true, probs, rows + 1000)

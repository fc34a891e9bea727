"""The confusion matrix and what is read from it: rows are true classes, columns predicted ones.

Counted with NumPy alone, so that a page of numbers opens at once; the counts equal
``sklearn.metrics.confusion_matrix``.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import PredictionsError
from core.predictions import Predictions


@dataclass(frozen=True)
class ConfusedPair:
    """Two classes taken for each other.

    Attributes:
        first: Index of the class with the lower index.
        second: Index of the other class.
        first_as_second: Images of the first class that were taken for the second.
        second_as_first: Images of the second class that were taken for the first.
        share: Both counts together, as a share (0-1) of all images of the two classes.
    """

    first: int
    second: int
    first_as_second: int
    second_as_first: int
    share: float

    @property
    def num_images(self) -> int:
        """Images taken for the other class, in both directions."""
        return self.first_as_second + self.second_as_first


def confusion_matrix(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int) -> np.ndarray:
    """Count how often each true class was predicted as each class.

    Args:
        y_true: True classes, int, shape ``(num_samples,)``, values 0 to ``num_classes - 1``.
        y_pred: Predicted classes, like ``y_true``.
        num_classes: Number of rows and columns, also where a class does not occur.

    Returns:
        Counts, int64, shape ``(num_classes, num_classes)``: rows true, columns predicted.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    cells = np.asarray(y_true, np.int64) * num_classes + np.asarray(y_pred, np.int64)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


def compute_confusion(predictions: Predictions) -> np.ndarray:
    """Return the confusion matrix of stored predictions, int64, shape ``(num_classes, num_classes)``.

    Raises:
        PredictionsError: A probability is not a number, as after a training that diverged.
    """
    check_finite(predictions)
    return confusion_matrix(predictions.y_true, predictions.y_pred, predictions.num_classes)


def check_finite(predictions: Predictions) -> None:
    """Refuse predictions with probabilities that are not numbers.

    Raises:
        PredictionsError: There are some; the message says for how many images.
    """
    # arg-max picks the first NaN of a row, so the winning value alone tells: no pass over all of them.
    winning = predictions.probs[np.arange(predictions.num_samples), predictions.y_pred]
    num_bad = int((~np.isfinite(winning)).sum())
    if num_bad:
        raise PredictionsError(
            f"For {num_bad:,} of {predictions.num_samples:,} images of the {predictions.split} split the "
            f"predicted probabilities are not numbers: the training diverged; "
            f"train again with a smaller learning rate."
        )


def normalize_rows(confusion: np.ndarray) -> np.ndarray:
    """Return each row as shares of the true class.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``.

    Returns:
        Shares 0-1, float64, same shape; the row of a class without images is zero.

    >>> normalize_rows(np.array([[1, 3], [0, 0]]))
    array([[0.25, 0.75],
           [0.  , 0.  ]])
    """
    support = confusion.sum(axis=1, keepdims=True)  # (num_classes, 1)
    return confusion / np.maximum(support, 1)


def most_confused_pairs(confusion: np.ndarray, *, limit: int = 10) -> list[ConfusedPair]:
    """Return the pairs of classes that cost the most images, the costliest first.

    Pairs are ranked by the number of images taken for the other class in either direction, equal ones by
    their share of the two classes' images. Pairs that are never confused are not listed.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``.
        limit: At most so many pairs.

    >>> most_confused_pairs(np.array([[8, 2, 0], [1, 9, 0], [0, 0, 5]]))
    [ConfusedPair(first=0, second=1, first_as_second=2, second_as_first=1, share=0.15)]
    """
    both = np.triu(confusion + confusion.T, k=1)
    first, second = np.nonzero(both)
    support = confusion.sum(axis=1)
    num_images = both[first, second]
    share = num_images / np.maximum(support[first] + support[second], 1)
    ranking = np.lexsort((second, first, -share, -num_images))[:limit]
    return [
        ConfusedPair(
            first=int(first[k]),
            second=int(second[k]),
            first_as_second=int(confusion[first[k], second[k]]),
            second_as_first=int(confusion[second[k], first[k]]),
            share=float(share[k]),
        )
        for k in ranking
    ]


def class_similarity(confusion: np.ndarray) -> np.ndarray:
    """Return how alike the classes look to the model: row shares, averaged over both directions.

    Rows are normalized first, so that a large class does not pull every other to itself. Nothing is known
    of a class without images: it is similar to none.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``.

    Returns:
        Symmetric, float64, 0-1, shape ``(num_classes, num_classes)``, zero on the diagonal.
    """
    shares = normalize_rows(confusion)
    similarity = (shares + shares.T) / 2
    empty = confusion.sum(axis=1) == 0
    similarity[empty, :] = 0
    similarity[:, empty] = 0
    np.fill_diagonal(similarity, 0)
    return similarity

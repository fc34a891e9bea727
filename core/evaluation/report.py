"""Accuracy, balanced accuracy, macro F1 and the numbers of each class, from predictions alone.

All follow scikit-learn's definitions and are computed from the confusion matrix by NumPy. Averaging is
written out, since a figure without it cannot be compared: ``MEANINGS`` is the text for the page.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.evaluation.confusion import compute_confusion
from core.evaluation.intervals import MEANING, Interval, accuracy_interval
from core.predictions import Predictions

MEANINGS = {
    "accuracy": f"The share of images whose class was predicted. {MEANING}",
    "balanced_accuracy": "The mean of the recall of every class that has images here: each class counts the "
    "same, however many images it has.",
    "macro_f1": "The plain mean of the F1 of every class that occurs here or is predicted, without weighting "
    "by size; a class that is never predicted rightly counts as 0.",
    "precision": "Of the images predicted as this class, the share that are of it; 0 when it is never "
    "predicted.",
    "recall": "Of the images of this class, the share that were predicted as it; 0 when it has no images.",
    "f1": "One number for both: 2 x precision x recall / (precision + recall).",
    "support": "How many images of this class were measured.",
}


@dataclass(frozen=True)
class Report:
    """How good predictions are; shares are 0-1, and NaN when there are no images.

    Attributes:
        num_samples: Images measured.
        num_measured: Classes that have images.
        accuracy: Share of images whose class was predicted.
        interval: Its 95 % interval.
        balanced_accuracy: Mean recall of the classes that occur.
        macro_f1: Mean F1 of the classes that occur or are predicted.
        per_class: One row a class (index ``class``): precision, recall, f1 (0-1) and support (images).
    """

    num_samples: int
    num_measured: int
    accuracy: float
    interval: Interval
    balanced_accuracy: float
    macro_f1: float
    per_class: pd.DataFrame = field(repr=False, compare=False)


def compute_report(predictions: Predictions, *, clusters: np.ndarray | None = None) -> Report:
    """Return the metrics of stored predictions.

    Balanced accuracy averages over the classes that occur; macro F1 over those that occur or are predicted,
    with 0 where it is not defined, as ``sklearn.metrics.f1_score(average="macro", zero_division=0)``.

    Args:
        predictions: Of one run on one split.
        clusters: Which images belong together, as of ``clusters_of``, shape ``(num_samples,)``: the interval
            is drawn by them; None draws single images.

    Raises:
        PredictionsError: A probability is not a number.
    """
    confusion = compute_confusion(predictions)
    interval = accuracy_interval(predictions.y_true == predictions.y_pred, clusters=clusters)
    return report_confusion(confusion, predictions.class_names, interval=interval)


def report_confusion(
    confusion: np.ndarray, class_names: tuple[str, ...], *, interval: Interval | None = None
) -> Report:
    """Return the metrics of a confusion matrix.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``: rows true, columns predicted.
        class_names: Names of the classes.
        interval: Of the accuracy; None draws single images.
    """
    correct = np.diag(confusion)
    support = confusion.sum(axis=1)
    predicted = confusion.sum(axis=0)
    recall = correct / np.maximum(support, 1)
    f1 = 2 * correct / np.maximum(support + predicted, 1)
    per_class = pd.DataFrame(
        {"precision": correct / np.maximum(predicted, 1), "recall": recall, "f1": f1, "support": support},
        index=pd.Index(class_names, name="class"),
    )
    num_correct, num_samples = int(correct.sum()), int(support.sum())
    return Report(
        num_samples=num_samples,
        num_measured=int((support > 0).sum()),
        accuracy=num_correct / num_samples if num_samples else math.nan,
        interval=interval or accuracy_interval(np.arange(num_samples) < num_correct),
        balanced_accuracy=_mean(recall[support > 0]),
        macro_f1=_mean(f1[(support > 0) | (predicted > 0)]),
        per_class=per_class,
    )


def summarize_report(report: Report) -> dict[str, float | None]:
    """Return ``accuracy``, ``balanced_accuracy``, ``macro_f1`` as plain values; None without images."""
    numbers = {
        "accuracy": report.accuracy,
        "balanced_accuracy": report.balanced_accuracy,
        "macro_f1": report.macro_f1,
    }
    return {name: None if math.isnan(number) else number for name, number in numbers.items()}


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan

"""Confident learning in blocks of classes: labels that cleanlab suspects, found in a bounded memory.

Northcutt, Jiang and Chuang (2021), https://doi.org/10.1613/jair.1.12125. cleanlab wants all probabilities at
once as float64 and copies them. What it says of a class depends on the images of that class and on how many
images of each label the network is confident are of another; that count is added up block by block, so that
mapped float16 are never wholly in memory.
"""

import math
import threading
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.predictions import Predictions

_ONE_AT_A_TIME = threading.Lock()  # cleanlab hands its images on in variables of its module
MAX_BLOCK_VALUES = 4_000_000  # probabilities handled at once, 32 MB as float64
TOLERANCE = 1e-6  # of cleanlab: so far below its threshold a probability is still confident
ABSENT = 2.0  # threshold of a class without images, which no probability reaches


class Judged(NamedTuple):
    """What a network says of labels.

    Attributes:
        best: Class of the largest probability, the first of equals, int64, shape ``(num_samples,)``.
        own: Probability of the given label, float64, same shape.
        is_suspected: Whether the label is probably wrong, bool, same shape.
    """

    best: np.ndarray
    own: np.ndarray
    is_suspected: np.ndarray


def judge_labels(labels: np.ndarray, predictions: Sequence[Predictions], kept: np.ndarray) -> Judged:
    """Judge labels by predictions, as ``cleanlab.filter.find_label_issues`` with its defaults.

    Args:
        labels: Labels of the images that are kept, int, shape ``(num_kept,)``.
        predictions: Of the same classes, with finite probabilities; one after another.
        kept: Which of all their images are judged, bool, shape ``(num_samples,)``.
    """
    rows = np.flatnonzero(kept)
    num_classes = predictions[0].num_classes
    blocks = _blocks(labels, num_classes)
    best, own = np.zeros(len(labels), np.int64), np.zeros(len(labels))
    for block in blocks:
        probs = _read(predictions, rows[block])
        best[block], own[block] = probs.argmax(axis=1), probs[np.arange(len(block)), labels[block]]
    is_suspected = np.zeros(len(labels), bool)
    if len(np.unique(labels)) < 2:
        return Judged(best, own, is_suspected)
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - imports scikit-learn

    thresholds = _thresholds(labels, own, num_classes)
    joint = np.zeros((num_classes, num_classes), np.int64)
    for block in blocks:
        joint += _count_confident(labels[block], best[block], _read(predictions, rows[block]), thresholds)
    joint = _calibrated(joint, labels)
    with warnings.catch_warnings():  # of classes with too few images, which the notes tell
        warnings.filterwarnings("ignore", "May not flag all label issues", UserWarning)
        for block in blocks:
            probs = _read(predictions, rows[block])
            with _ONE_AT_A_TIME:
                found = find_label_issues(labels[block], probs, confident_joint=joint, n_jobs=1)
            is_suspected[block] = found
    return Judged(best, own, is_suspected & (best != labels))


def _blocks(labels: np.ndarray, num_classes: int) -> list[np.ndarray]:
    """Images of some classes each, ascending; of two classes at least, as cleanlab wants it."""
    present = np.unique(labels)
    wanted = math.ceil(len(labels) * num_classes / MAX_BLOCK_VALUES)
    parts = np.array_split(present, max(1, min(wanted, len(present) // 2)))
    return [np.flatnonzero((labels >= part[0]) & (labels <= part[-1])) for part in parts]


def _read(predictions: Sequence[Predictions], rows: np.ndarray) -> np.ndarray:
    """Probabilities of some images, counted through all predictions, float64; rows sum to 1."""
    probs = np.empty((len(rows), predictions[0].num_classes))
    start = 0
    for each in predictions:
        chosen = (rows >= start) & (rows < start + each.num_samples)
        probs[chosen] = each.probs[rows[chosen] - start]
        start += each.num_samples
    probs /= probs.sum(axis=1, keepdims=True)
    return probs


def _thresholds(labels: np.ndarray, own: np.ndarray, num_classes: int) -> np.ndarray:
    """Mean probability of each class on the images that have its label."""
    from cleanlab.internal.constants import CONFIDENT_THRESHOLDS_LOWER_BOUND  # noqa: PLC0415

    means = np.full(num_classes, ABSENT)
    for label in np.unique(labels):
        means[label] = np.mean(own[labels == label])
    return np.clip(means, CONFIDENT_THRESHOLDS_LOWER_BOUND, None)


def _count_confident(
    labels: np.ndarray, best: np.ndarray, probs: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Images by label and by the class that the network is confident of, ``(num_classes, num_classes)``."""
    is_confident = probs >= thresholds - TOLERANCE
    num_confident = is_confident.sum(axis=1)
    guess = np.where(num_confident > 1, best, is_confident.argmax(axis=1))
    cells = (labels * len(thresholds) + guess)[num_confident > 0]
    return np.bincount(cells, minlength=len(thresholds) ** 2).reshape(len(thresholds), len(thresholds))


def _calibrated(joint: np.ndarray, labels: np.ndarray) -> np.ndarray:
    from cleanlab.count import calibrate_confident_joint  # noqa: PLC0415

    np.fill_diagonal(joint, joint.diagonal().clip(min=1))  # in every class somebody is right
    calibrated: np.ndarray = calibrate_confident_joint(joint, labels)
    return calibrated

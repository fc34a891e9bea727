"""The families of ``shapes`` are found from the mistakes of a classifier that is trained here.

Histograms of gradient directions (Dalal and Triggs, 2005) and linear discriminants train in some seconds and
are right in two of three pictures; a small network that is trained for ten epochs gives the same families.
"""

import cv2
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from core.datasets.sources.shapes import list_shapes
from core.predictions import Predictions
from core.regrouping.suggesting.search import search
from core.regrouping.suggesting.settings import METHODS, SearchSettings

NUM_DIRECTIONS = 9
CELL = 8  # pixels along one side of a histogram


def gradient_histograms(pictures: np.ndarray) -> np.ndarray:
    """Shape ``(num_pictures, num_features)``: strength of gradients by cell and direction."""
    gray = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]).astype(np.float32)
    down, right = np.gradient(gray, axis=(1, 2))
    strength = np.hypot(down, right)
    direction = np.arctan2(down, right) % np.pi / np.pi * NUM_DIRECTIONS
    num_cells = gray.shape[1] // CELL
    cells = (len(gray), num_cells, CELL, num_cells, CELL)
    found = []
    for k in range(NUM_DIRECTIONS):
        away = np.abs(direction - k)
        share = np.maximum(0, 1 - np.minimum(away, NUM_DIRECTIONS - away))  # between two directions: to both
        found.append((share * strength).reshape(cells).sum(axis=(2, 4)))
    histograms = np.stack(found, axis=-1)
    histograms /= np.linalg.norm(histograms, axis=-1, keepdims=True) + 20
    return histograms.reshape(len(gray), -1)


@pytest.fixture(scope="module")
def shapes() -> tuple[Predictions, list[str]]:
    listing = list_shapes()
    names = listing.class_names
    labels = np.array([names.index(label) for label in listing.labels])
    features = gradient_histograms(np.concatenate(listing.arrays))
    is_val = np.arange(len(labels)) % 3 == 0
    with threadpool_limits(1):
        shorter = PCA(40, random_state=0).fit(features[~is_val])
        trained = LinearDiscriminantAnalysis().fit(shorter.transform(features[~is_val]), labels[~is_val])
        probs = trained.predict_proba(shorter.transform(features[is_val]))
    rows = np.flatnonzero(is_val)
    predictions = Predictions("val", tuple(names), labels[is_val], probs.astype(np.float32), rows)
    return predictions, [listing.known_groups[name] for name in names]


def agreement(shapes: tuple[Predictions, list[str]], method: str) -> float:
    predictions, families = shapes
    found = search(predictions, SearchSettings(method=method, num_groups=4)).grouping
    return adjusted_rand_score(families, found.assignment)


def test_the_known_families_are_found(shapes: tuple[Predictions, list[str]]) -> None:
    predictions, _ = shapes
    assert 0.6 < np.mean(predictions.y_true == predictions.y_pred) < 0.85
    assert agreement(shapes, "average") == 1


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_misplace_one_class_at_most(shapes: tuple[Predictions, list[str]], method: str) -> None:
    assert agreement(shapes, method) > 0.75

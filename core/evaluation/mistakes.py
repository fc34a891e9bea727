"""The images behind a cell of the confusion matrix."""

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.editing.edit_log import ever_relabeled
from core.errors import PredictionsError
from core.predictions import Predictions


def images_of_pair(predictions: Predictions, true_class: int, predicted_class: int) -> np.ndarray:
    """Return the images of one class that were taken for another, the most confident first.

    Args:
        predictions: Of one run on one split.
        true_class: Index of the true class.
        predicted_class: Index of the predicted class; the same as ``true_class`` gives the right ones.

    Returns:
        Sample ids, int64, shape ``(num_images,)``, by falling probability of the predicted class.
    """
    rows = rows_of_pair(predictions, true_class, predicted_class)
    return predictions.sample_ids[rows]


def rows_of_pair(predictions: Predictions, true_class: int, predicted_class: int) -> np.ndarray:
    """Return the rows of ``predictions`` behind one cell, int64, in the order of ``images_of_pair``."""
    rows = np.flatnonzero((predictions.y_true == true_class) & (predictions.y_pred == predicted_class))
    confidence = predictions.probs[rows, predicted_class]
    return rows[np.argsort(-confidence, kind="stable")]


def check_images(predictions: Predictions, dataset: Dataset) -> None:
    """Refuse to show images of a dataset that is not the one the run was measured on.

    Images that were relabeled by hand are the same images still.

    Raises:
        PredictionsError: The dataset was added anew since then, with other images or labels.
    """
    ids = predictions.sample_ids
    fits = not len(ids) or (int(ids.min()) >= 0 and int(ids.max()) < len(dataset.table))
    if fits and predictions.class_names == dataset.class_names:
        changed = ids[dataset.labels(ids) != predictions.y_true]
        relabeled = _ever_relabeled(dataset) if len(changed) else changed
        fits = bool(np.isin(changed, relabeled).all())
    if not fits:
        raise PredictionsError(
            f"Dataset {dataset.name!r} was changed after these predictions were made, so the images "
            f"behind them cannot be shown; train a run on the dataset as it is now."
        )


def _ever_relabeled(dataset: Dataset) -> np.ndarray:
    return np.zeros(0, np.int64) if dataset.folder is None else ever_relabeled(dataset.folder)

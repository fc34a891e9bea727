"""Images that belong together (one patient, one photo): right or wrong together, so drawn together."""

import numpy as np

from core.datasets.dataset import Dataset
from core.predictions import Predictions


def clusters_of(predictions: Predictions, dataset: Dataset) -> np.ndarray | None:
    """Return the number of each image's group in the dataset; images without a group are their own.

    Returns:
        Int64, shape ``(num_samples,)``; None where no two of these images are in one group, or the dataset
        is no more the one that the run saw.
    """
    ids = predictions.sample_ids
    if predictions.class_names != dataset.class_names:
        return None
    if not len(ids) or ids.min() < 0 or ids.max() >= len(dataset.table):
        return None
    groups = dataset.groups[ids]
    has_group = np.array([group is not None for group in groups])
    numbers = np.arange(len(ids))
    numbers[has_group] = len(ids) + np.unique(groups[has_group].astype(str), return_inverse=True)[1]
    _, clusters = np.unique(numbers, return_inverse=True)
    return clusters if clusters.max() + 1 < len(ids) else None

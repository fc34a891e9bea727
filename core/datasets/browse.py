"""Choose images to look at."""

import numpy as np

from core.datasets.dataset import Dataset


def find_samples(dataset: Dataset, *, class_name: str | None = None, split: str | None = None) -> np.ndarray:
    """Return sample ids of a class and a split, shape ``(num_samples,)``, int64; None stands for all.

    Of several classes the first image of each comes first, then the second of each, and so on, so that one
    page shows them all.

    Raises:
        ValueError: There is no such class.
    """
    rows = dataset.included
    if split is not None:
        rows = rows[rows["split"] == split]
    if class_name is not None:
        rows = rows[rows["label"] == dataset.class_names.index(class_name)]
    turn = rows.groupby("label").cumcount().to_numpy()
    return rows.index.to_numpy(np.int64)[np.lexsort((rows["label"].to_numpy(np.int64), turn))]

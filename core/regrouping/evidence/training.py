"""What a run's training tells about its mistakes: images of each class, and weights."""

from collections.abc import Sequence

import numpy as np

from core.datasets.dataset import Dataset
from core.runs.config import RunConfig


def training_counts(dataset: Dataset, class_names: Sequence[str]) -> tuple[int, ...] | None:
    """Return the training images that each class has now; None where the dataset cannot tell.

    Args:
        dataset: What the run was trained on.
        class_names: The run's classes; of other ones than the dataset's nothing is known.
    """
    labels = dataset.labels(dataset.sample_ids("train"))
    if not len(labels) or tuple(class_names) != dataset.class_names:
        return None
    return tuple(np.bincount(labels, minlength=dataset.num_classes).tolist())


def is_balanced(config: RunConfig) -> bool:
    """Whether a run made up for small classes, by weights or by sampling.

    >>> is_balanced(RunConfig(dataset="digits")), is_balanced(RunConfig(dataset="d", sampling="balanced"))
    (False, True)
    """
    return config.class_weights != "none" or config.sampling == "balanced"

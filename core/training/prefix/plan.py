"""Whether a run learns from kept features, and from which."""

from dataclasses import dataclass

import numpy as np

from core.models.freezing import Split
from core.runs.config import RunConfig


@dataclass(frozen=True)
class Features:
    """What the frozen layers make of the images of each split, in the order of its samples.

    Validation and test are float32 whatever the run's setting, so that the network of the best epoch says of
    an image what the stored predictions say.

    Attributes:
        train: One for each view of the training images, shape ``(num_samples, ...)``.
        val: Shape ``(num_samples, ...)``.
        test: Shape ``(num_samples, ...)``.
    """

    train: tuple[np.ndarray, ...]
    val: np.ndarray
    test: np.ndarray


def uses_features(config: RunConfig, split: Split) -> bool:
    """Whether frozen layers are to see each image, or each of its views, only once.

    Images that are changed anew in each epoch have to go through the whole network each time.
    """
    repeats = config.augmentation is None or config.augmentation_views > 0
    return split.prefix is not None and repeats and config.feature_cache == "auto"


def list_views(config: RunConfig) -> tuple[int | None, ...]:
    """Return the views of the training images, from 1; None for images as they are.

    >>> list_views(RunConfig(dataset="d"))
    (None,)
    >>> list_views(RunConfig(dataset="d", augmentation="light", augmentation_views=2))
    (1, 2)
    """
    return (None,) if config.augmentation is None else tuple(range(1, config.augmentation_views + 1))

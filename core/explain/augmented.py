"""What augmentation makes of an image, by the very function that training calls; for the helper process."""

from collections.abc import Sequence

import numpy as np

from core.runs.augmentation import Augmentation
from core.training.augmentation import augment


def compute_augmented(
    image: np.ndarray, augmentation: Augmentation, *, sample_id: int, seed: int, epochs: Sequence[int]
) -> np.ndarray:
    """Return an image as a run of this seed will see it in each of some epochs.

    Args:
        image: RGB uint8 of the run's image size, shape ``(height, width, 3)``.
        augmentation: How far it is changed.
        sample_id: Of the image, in its dataset.
        seed: The run's seed.
        epochs: Counted from 1.

    Returns:
        uint8, shape ``(num_epochs, height, width, 3)``.
    """
    ids = np.array([sample_id])
    seen = [augment(image[None], augmentation, ids, seed=seed, epoch=epoch) for epoch in epochs]
    return np.concatenate(seen)

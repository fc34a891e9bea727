"""Which images of a dataset a run got right, wrong, or was never asked about."""

from collections.abc import Iterable

import numpy as np

from core.predictions import Predictions

RIGHT, WRONG, NOT_ASKED = 0, 1, -1


def answers_by_image(predictions: Iterable[Predictions], num_images: int) -> np.ndarray:
    """Return one answer an image, shape ``(num_images,)``, int64: 0 right, 1 wrong, -1 not asked.

    Args:
        predictions: Of one run on several splits; images beyond ``num_images`` are passed over.
        num_images: Rows of the dataset's table.
    """
    return _by_image(((one, one.y_pred != one.y_true) for one in predictions), num_images)


def predicted_by_image(predictions: Iterable[Predictions], num_images: int) -> np.ndarray:
    """Return the predicted class of each image, shape ``(num_images,)``, int64; -1 for those not asked.

    Args:
        predictions: As for ``answers_by_image``.
        num_images: Rows of the dataset's table.
    """
    return _by_image(((one, one.y_pred) for one in predictions), num_images)


def _by_image(found: Iterable[tuple[Predictions, np.ndarray]], num_images: int) -> np.ndarray:
    by_image = np.full(num_images, NOT_ASKED, np.int64)
    for predictions, values in found:
        is_known = predictions.sample_ids < num_images
        by_image[predictions.sample_ids[is_known]] = values[is_known]
    return by_image

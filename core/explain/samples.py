"""Which image to look inside with: one of the dataset, one that a run got wrong, or a file of the user's."""

from collections.abc import Collection

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import UnreadableError, decode
from core.errors import DatasetFileError, PredictionsError, RunError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig


def learned_grouping(config: RunConfig, dataset: Dataset) -> Grouping:
    """Return which classes of the dataset count as one for a run; its group names are the network's classes.

    Raises:
        GroupingError: The dataset no longer has the classes that the run was trained on.
    """
    if config.groups is None:
        return Grouping.identity(dataset.class_names)
    return Grouping.from_mapping(dataset.class_names, config.groups)


def check_classes(probs: np.ndarray, dataset: Dataset, grouping: Grouping) -> None:
    """Refuse to name a network's classes by a dataset that has other ones by now.

    Raises:
        RunError: The number of classes has changed since the network was trained.
    """
    if len(probs) != grouping.num_groups:
        raise RunError(
            f"The network has learned {len(probs)} classes, dataset {dataset.name!r} now gives it "
            f"{grouping.num_groups}; choose another run, or train one on the dataset as it is now."
        )


def pick_samples(
    dataset: Dataset, split: str, *, classes: Collection[str] = (), mistakes_of: Predictions | None = None
) -> np.ndarray:
    """Return the images of a split to choose from.

    Args:
        dataset: The dataset.
        split: ``"train"``, ``"val"`` or ``"test"``.
        classes: Only images of these classes of the dataset; empty for all.
        mistakes_of: Only images that these predictions of the split got wrong, the surest mistake first.

    Returns:
        Sample ids, shape ``(num_samples,)``, int64.

    Raises:
        PredictionsError: The predictions are of images that the dataset does not have.
    """
    if mistakes_of is None:
        sample_ids = dataset.sample_ids(split)
    else:
        if mistakes_of.sample_ids.max(initial=-1) >= len(dataset.table):
            raise PredictionsError(
                f"Dataset {dataset.name!r} was changed after this run, so its mistakes cannot be shown; "
                f"train a run on the dataset as it is now."
            )
        wrong = np.flatnonzero(mistakes_of.y_true != mistakes_of.y_pred)
        surest_first = np.argsort(-mistakes_of.probs[wrong, mistakes_of.y_pred[wrong]], kind="stable")
        sample_ids = mistakes_of.sample_ids[wrong[surest_first]]
    if not classes:
        return sample_ids
    wanted = [label for label, name in enumerate(dataset.class_names) if name in classes]
    return sample_ids[np.isin(dataset.labels(sample_ids), wanted)]


def read_upload(content: bytes, name: str) -> np.ndarray:
    """Return an uploaded image, RGB, upright, shape ``(height, width, 3)``, uint8.

    Raises:
        DatasetFileError: It is not an image, is damaged or too large.
    """
    try:
        return decode(content).pixels
    except UnreadableError as error:
        raise DatasetFileError(f"{name} cannot be used as an image. {error}") from error

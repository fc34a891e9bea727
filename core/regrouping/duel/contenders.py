"""Who stands in a duel: runs with their answers, all on the same images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError, PredictionsError
from core.evaluation.confusion import check_finite
from core.predictions import Predictions, load_predictions
from core.regrouping.grouping import Grouping
from core.runs.run import Run
from core.words import SPLIT_NAMES


@dataclass(frozen=True)
class Contender:
    """A finished run, as a duel sees it.

    Attributes:
        run_id: Its id.
        seed: Start of its random numbers.
        seconds: Time spent training it, wall clock.
        predictions: Its answers on the split of the duel.
    """

    run_id: str
    seed: int
    seconds: float
    predictions: Predictions


def read_contender(run: Run, split: str = "test") -> Contender:
    """Return a run with its stored predictions.

    Raises:
        PredictionsError: It has none of that split.
    """
    check_contender(run, split)
    predictions = load_predictions(run.predictions_path(split))
    return Contender(run.id, run.config.seed, run.status.seconds, predictions)


def check_contender(run: Run, split: str = "test") -> None:
    """Refuse a run without predictions of a split.

    Raises:
        PredictionsError: It has none.
    """
    if not run.predictions_path(split).exists():
        raise PredictionsError(
            f"Run {run.id} has no {SPLIT_NAMES[split]} predictions, so it cannot stand in a comparison; wait "
            f"until it is done, train it again, or choose another run."
        )


def common_images(contenders: Sequence[Contender]) -> np.ndarray:
    """Return the sample ids that all contenders answered, in the order of the first, shape ``(num_common,)``.

    Raises:
        PredictionsError: There are none, or the contenders answered different splits.
    """
    first = contenders[0].predictions
    common = first.sample_ids
    for other in contenders[1:]:
        if other.predictions.split != first.split:
            raise PredictionsError(
                f"{contenders[0].run_id} was asked about {SPLIT_NAMES[first.split]} images and "
                f"{other.run_id} about {SPLIT_NAMES[other.predictions.split]} images; compare both on the "
                f"same split."
            )
        if not np.array_equal(common, other.predictions.sample_ids):
            common = common[np.isin(common, other.predictions.sample_ids)]
    if not len(common):
        where = f"the {SPLIT_NAMES[first.split]} split"
        if not first.num_samples:
            raise PredictionsError(
                f"There are no images in {where}, so nothing can be compared on it; add images to the "
                f"dataset."
            )
        raise PredictionsError(
            f"The runs have no image of {where} in common; train the groups again on the same dataset and "
            f"split."
        )
    return common


def rows_of(predictions: Predictions, sample_ids: np.ndarray) -> np.ndarray:
    """Return where images stand among predictions, shape of ``sample_ids``; all of them must be there."""
    if np.array_equal(predictions.sample_ids, sample_ids):
        return np.arange(len(sample_ids))
    order = np.argsort(predictions.sample_ids, kind="stable")
    return order[np.searchsorted(predictions.sample_ids, sample_ids, sorter=order)]


def answers_in_groups(
    contender: Contender, grouping: Grouping, group_true: np.ndarray, sample_ids: np.ndarray
) -> np.ndarray:
    """Return a retrained run's answers, numbered as the grouping numbers its groups.

    Args:
        contender: A run that learned the groups, whatever their order.
        grouping: The groups.
        group_true: True group of each image, shape ``(num_samples,)``.
        sample_ids: The images, shape ``(num_samples,)``.

    Raises:
        GroupingError: The run learned other groups.
        PredictionsError: Images have other labels there, or probabilities are not numbers.
    """
    predictions = contender.predictions
    if set(predictions.class_names) != set(grouping.group_names):
        raise GroupingError(
            f"The retrained run {contender.run_id} knows {predictions.num_classes} classes that are not the "
            f"{grouping.num_groups} groups of this grouping; choose a run that was trained on it, or train "
            f"on these groups."
        )
    check_finite(predictions)
    number = {name: index for index, name in enumerate(grouping.group_names)}
    renumbered = np.array([number[name] for name in predictions.class_names])
    rows = rows_of(predictions, sample_ids)
    num_other = int(np.sum(renumbered[predictions.y_true[rows]] != group_true))
    if num_other:
        raise PredictionsError(
            f"{num_other:,} images have another group in the retrained run {contender.run_id} than in this "
            f"grouping: the dataset or the grouping was changed in between; train on these groups again."
        )
    return np.asarray(renumbered[predictions.y_pred[rows]])

"""Labels that are probably wrong: confident learning on what a run said of images that it was not trained on.

Northcutt, Jiang and Chuang (2021), https://doi.org/10.1613/jair.1.12125, by their library cleanlab. An image
is suspected when the network finds another class clearly more likely than is usual for that class. A weak
network suspects many right labels: the list is to be looked at, not to be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.dataset import Dataset
from core.errors import PredictionsError
from core.evaluation.confident import judge_labels
from core.evaluation.mistakes import check_images
from core.predictions import Predictions
from core.words import SPLIT_NAMES

LOOKED_AT = ("val", "test")  # a run was trained on the others
LOW_ACCURACY = 0.8  # below it, most suspicions are the network's own mistakes
MIN_CLASS_IMAGES = 5  # of a class; with fewer, what is usual for it cannot be told


@dataclass(frozen=True)
class LabelIssues:
    """Suspected labels, the most suspicious first.

    Attributes:
        sample_ids: The images, int64, shape ``(num_issues,)``.
        given: Label that they have now, int64, shape ``(num_issues,)``.
        suggested: Label that the run finds most likely, int64, shape ``(num_issues,)``.
        scores: Probability that the run gives the present label, 0-1, shape ``(num_issues,)``; low is
            suspicious.
        num_images: Images that were looked at.
        accuracy: Share of them that the run answers with the present label, 0-1.
        notes: What a person should know before believing it, in plain sentences.
    """

    sample_ids: np.ndarray
    given: np.ndarray
    suggested: np.ndarray
    scores: np.ndarray
    num_images: int
    accuracy: float
    notes: tuple[str, ...]

    @property
    def num_issues(self) -> int:
        """Number of suspected labels."""
        return len(self.sample_ids)


def find_label_issues(dataset: Dataset, predictions: Sequence[Predictions]) -> LabelIssues:
    """Return the labels that are probably wrong, judged by a run's out-of-sample predictions.

    The labels are those that the dataset has now, not those at the time of the run; images that are excluded
    now are not looked at.

    Args:
        dataset: The dataset as it is now.
        predictions: Of one run, on splits that it was not trained on.

    Raises:
        PredictionsError: The run learned groups or other classes, the dataset has other images now, or none
            of the images is left.
    """
    for each in predictions:
        _check_fits(dataset, each)
    sample_ids = np.concatenate([np.zeros(0, np.int64), *(each.sample_ids for each in predictions)])
    kept = ~dataset.table["excluded"].to_numpy(bool)[sample_ids]
    sample_ids = sample_ids[kept]
    if not len(sample_ids):
        raise PredictionsError(
            f"Of the images that this run was tested on, none is left in {dataset.name!r}; train a run on "
            f"the dataset as it is now."
        )
    labels = dataset.labels(sample_ids)
    judged = judge_labels(labels, predictions, kept)
    suspected = np.flatnonzero(judged.is_suspected)
    suspected = suspected[np.argsort(judged.own[suspected], kind="stable")]
    accuracy = float((judged.best == labels).mean())
    return LabelIssues(
        sample_ids=sample_ids[suspected],
        given=labels[suspected],
        suggested=judged.best[suspected],
        scores=judged.own[suspected],
        num_images=len(sample_ids),
        accuracy=accuracy,
        notes=_notes(dataset, predictions, labels, accuracy),
    )


def _check_fits(dataset: Dataset, predictions: Predictions) -> None:
    if predictions.split not in LOOKED_AT:
        raise ValueError(f"predictions on {predictions.split} are not out of sample")
    if predictions.class_names != dataset.class_names:
        raise PredictionsError(
            f"This run tells other classes apart than {dataset.name!r} has, such as groups of them, so it "
            f"cannot judge the labels; choose a run that was trained on all classes."
        )
    if (
        not np.isfinite(predictions.probs).all()
        or (predictions.probs.sum(axis=1, dtype=np.float32) <= 0).any()
    ):
        raise PredictionsError(
            "Some probabilities of this run are not numbers, so its training has failed; choose another run, "
            "or train again with a lower learning rate."
        )
    check_images(predictions, dataset)


def _notes(
    dataset: Dataset, predictions: Sequence[Predictions], labels: np.ndarray, accuracy: float
) -> tuple[str, ...]:
    splits = [SPLIT_NAMES[each.split] for each in predictions]
    notes = [
        f"Looked at {len(labels):,} {' and '.join(splits)} images. Training images are left out: the run has "
        f"learned their labels, right or wrong, so it cannot judge them."
    ]
    if accuracy < LOW_ACCURACY:
        notes.append(
            f"The run agrees with {accuracy:.0%} of these labels. So weak a network suspects many labels "
            f"that are right; train a better one for a shorter list."
        )
    if any(each.split == "test" for each in predictions):
        notes.append(
            "Relabeling test images changes what the test measures: results from before and after are not "
            "comparable. Relabel what is truly wrong, never what the network merely finds hard."
        )
    counts = np.bincount(labels, minlength=dataset.num_classes)
    num_rare = int(((counts > 0) & (counts < MIN_CLASS_IMAGES)).sum())
    if num_rare:
        notes.append(
            f"Classes with fewer than {MIN_CLASS_IMAGES} of these images: {num_rare}; about them little can "
            f"be said."
        )
    return tuple(notes)

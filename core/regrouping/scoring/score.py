"""What a grouping buys without training again: two exact scores, and what merging alone would give.

Merged labels: the group of the arg-max class. Summed probabilities: the arg-max of the probabilities
added within groups. Fewer classes are easier, so every score stands beside random groupings of the
same group sizes.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError, PredictionsError
from core.evaluation.confusion import compute_confusion
from core.predictions import Predictions
from core.regrouping.grouping import Grouping

MAX_BLOCK_VALUES = 2_000_000  # probabilities handled at once: small enough for the processor's cache


@dataclass(frozen=True)
class GroupingScore:
    """Accuracies (shares 0-1) of one model under one grouping, on one split.

    Attributes:
        num_classes: Classes before merging.
        num_groups: Groups after merging.
        num_samples: Images measured.
        accuracy_before: Share of images whose class was predicted.
        accuracy_merged: Share of images whose class's group is the group of the predicted class.
        accuracy_summed: Share of images whose group has the largest sum of probabilities.
        random_mean: Mean of ``accuracy_merged`` over random groupings of the same group sizes.
        random_low: 2.5 % quantile of the same.
        random_high: 97.5 % quantile of the same.
        p_value: Share of random groupings at least as accurate, this one counted among them.
    """

    num_classes: int
    num_groups: int
    num_samples: int
    accuracy_before: float
    accuracy_merged: float
    accuracy_summed: float
    random_mean: float
    random_low: float
    random_high: float
    p_value: float


def score_grouping(
    predictions: Predictions, grouping: Grouping, *, num_random: int = 200, seed: int = 0
) -> GroupingScore:
    """Return what a grouping does to the accuracy of stored predictions, without retraining.

    Args:
        predictions: Of a model that knows the grouping's classes, in the same order.
        grouping: Which classes count as one.
        num_random: How many random groupings of the same group sizes to compare with.
        seed: Start of their random numbers.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images, or probabilities that are not numbers.
    """
    check_fits(predictions, grouping)
    confusion = compute_confusion(predictions)
    accuracy_merged = float(np.trace(merge_confusion(confusion, grouping))) / predictions.num_samples
    baseline = random_accuracies(confusion, grouping, num_random=num_random, seed=seed)
    summed = sum_probs(predictions.probs, grouping).argmax(axis=1)
    return GroupingScore(
        num_classes=grouping.num_classes,
        num_groups=grouping.num_groups,
        num_samples=predictions.num_samples,
        accuracy_before=float(np.trace(confusion)) / predictions.num_samples,
        accuracy_merged=accuracy_merged,
        accuracy_summed=float(np.mean(summed == grouping.group_of_class[predictions.y_true])),
        random_mean=float(baseline.mean()),
        random_low=float(np.quantile(baseline, 0.025)),
        random_high=float(np.quantile(baseline, 0.975)),
        p_value=float((1 + np.sum(baseline >= accuracy_merged)) / (1 + num_random)),
    )


def check_fits(predictions: Predictions, grouping: Grouping) -> None:
    """Refuse a grouping for other classes, and predictions without images.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images.
    """
    if grouping.class_names != predictions.class_names:
        raise GroupingError(
            f"The grouping is for {_listed(grouping.class_names)}, the run knows "
            f"{_listed(predictions.class_names)}; "
            f"choose a run that was trained on the ungrouped classes of the same dataset."
        )
    if not predictions.num_samples:
        raise PredictionsError(
            f"The {predictions.split} split has no images, so a grouping cannot be measured on it; "
            f"choose another split or add images to the dataset."
        )


def merge_confusion(confusion: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Return the confusion matrix between groups: the block sums.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``.
        grouping: Which classes count as one.

    Returns:
        Counts, same dtype, shape ``(num_groups, num_groups)``.

    >>> pets = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])
    >>> merge_confusion(np.array([[5, 2, 1], [3, 4, 0], [0, 1, 9]]), pets)
    array([[14,  1],
           [ 1,  9]])
    """
    order, starts = _columns_by_group(grouping)
    by_columns = np.add.reduceat(confusion[:, order], starts, axis=1)  # (num_classes, num_groups)
    return np.add.reduceat(by_columns[order], starts, axis=0)  # (num_groups, num_groups)


def sum_probs(probs: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Add the probabilities of each group's classes.

    Args:
        probs: Probabilities, shape ``(num_samples, num_classes)``.
        grouping: Which classes count as one.

    Returns:
        Probabilities of the groups, float64, shape ``(num_samples, num_groups)``.
    """
    order, starts = _columns_by_group(grouping)
    summed = np.empty((len(probs), grouping.num_groups), np.float64)
    block = max(1, MAX_BLOCK_VALUES // max(1, grouping.num_classes))
    for start in range(0, len(probs), block):
        rows = slice(start, start + block)
        np.add.reduceat(probs[rows][:, order].astype(np.float64), starts, axis=1, out=summed[rows])
    return summed


def random_accuracies(
    confusion: np.ndarray, grouping: Grouping, *, num_random: int = 200, seed: int = 0
) -> np.ndarray:
    """Return the merged accuracy of random groupings with the same group sizes.

    Args:
        confusion: Counts, shape ``(num_classes, num_classes)``.
        grouping: Gives the group sizes.
        num_random: How many groupings: the classes are dealt anew to the groups each time.
        seed: Start of the random numbers.

    Returns:
        Accuracies 0-1, float64, shape ``(num_random,)``.
    """
    num_samples = int(confusion.sum())
    correct = np.full(num_random, np.trace(confusion), np.int64)
    if grouping.num_groups < grouping.num_classes:
        rng = np.random.default_rng(seed)
        pairs = np.triu(confusion + confusion.T, k=1)
        first, second = np.nonzero(pairs)
        num_images = pairs[first, second]
        groups = grouping.group_of_class.astype(np.int32)
        for k in range(num_random):
            dealt = rng.permutation(groups)
            correct[k] += num_images[dealt[first] == dealt[second]].sum()
    return correct / max(1, num_samples)


def _columns_by_group(grouping: Grouping) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(grouping.group_of_class, kind="stable")  # classes, group by group
    starts = np.searchsorted(grouping.group_of_class[order], np.arange(grouping.num_groups))
    return order, starts


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the classes {', '.join(names[:3])}{more}"

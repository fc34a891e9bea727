"""What a grouping buys without training again: two exact scores, and what merging alone would give.

Merged labels: the group of the arg-max class. Summed probabilities: the arg-max of the probabilities
added within groups. Fewer classes are easier, so every score stands beside random groupings of the
same group sizes.
"""

from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import accuracy_interval
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.random_groupings import mean_random_accuracy, random_accuracies
from core.regrouping.scoring.scorer import Scorer


@dataclass(frozen=True)
class GroupingScore:
    """Accuracies (shares 0-1) of one model under one grouping, on one split; ``low`` to ``high`` hold 95 %.

    Attributes:
        num_classes: Classes before merging.
        num_groups: Groups after merging.
        num_samples: Images measured.
        num_clusters: Groups of images (patients, photos) the intervals are drawn by; 0: by single images.
        accuracy_before: Share of images whose class was predicted.
        accuracy_merged: Share of images whose class's group is the group of the predicted class.
        accuracy_summed: Share of images whose group has the largest sum of probabilities.
        before_low: Lower end of the bootstrap interval of ``accuracy_before``.
        before_high: Upper end of the same.
        merged_low: Lower end of the bootstrap interval of ``accuracy_merged``.
        merged_high: Upper end of the same.
        summed_low: Lower end of the bootstrap interval of ``accuracy_summed``.
        summed_high: Upper end of the same.
        random_mean: Exact mean of ``accuracy_merged`` over all groupings of the same group sizes.
        random_low: 2.5 % quantile of the same, from random ones.
        random_high: 97.5 % quantile of the same.
        num_random: Random groupings drawn.
        p_value: Share of random groupings at least as accurate, this one counted among them.
    """

    num_classes: int
    num_groups: int
    num_samples: int
    num_clusters: int
    accuracy_before: float
    accuracy_merged: float
    accuracy_summed: float
    before_low: float
    before_high: float
    merged_low: float
    merged_high: float
    summed_low: float
    summed_high: float
    random_mean: float
    random_low: float
    random_high: float
    num_random: int
    p_value: float


def score_grouping(
    predictions: Predictions | Scorer,
    grouping: Grouping,
    *,
    num_random: int = 1000,
    clusters: np.ndarray | None = None,
    seed: int = 0,
) -> GroupingScore:
    """Return what a grouping does to the accuracy of stored predictions, without retraining.

    Args:
        predictions: Of a model that knows the grouping's classes, in the same order; a scorer of them
            scores the next grouping quicker.
        grouping: Which classes count as one.
        num_random: How many random groupings of the same group sizes to compare with.
        clusters: Number of each image's group of images (patient, photo), int, shape ``(num_samples,)``:
            intervals are drawn by them; None draws single images.
        seed: Start of the random numbers.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images, or probabilities that are not numbers.
    """
    scorer = predictions if isinstance(predictions, Scorer) else Scorer(predictions)
    before, merged, summed = scorer.accuracies(grouping)
    right = {
        "before": scorer.predictions.y_true == scorer.predictions.y_pred,
        "merged": scorer.merged_right(grouping),
        "summed": scorer.summed_right(grouping),
    }
    intervals = {
        name: accuracy_interval(values, clusters=clusters, seed=seed) for name, values in right.items()
    }
    baseline = random_accuracies(scorer.counts, grouping, num_random=num_random, seed=seed)
    return GroupingScore(
        num_classes=grouping.num_classes,
        num_groups=grouping.num_groups,
        num_samples=scorer.predictions.num_samples,
        num_clusters=0 if clusters is None else len(np.unique(clusters)),
        accuracy_before=before,
        accuracy_merged=merged,
        accuracy_summed=summed,
        **{f"{name}_low": interval.low for name, interval in intervals.items()},
        **{f"{name}_high": interval.high for name, interval in intervals.items()},
        random_mean=mean_random_accuracy(scorer.counts, grouping),
        random_low=float(np.quantile(baseline, 0.025)),
        random_high=float(np.quantile(baseline, 0.975)),
        num_random=num_random,
        p_value=float((1 + np.sum(baseline >= merged)) / (1 + num_random)),
    )

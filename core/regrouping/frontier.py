"""Number of groups against what merging buys and costs, along the whole path of merges; on validation.

Fewer groups are easier, so accuracy rises along any path: beside it stand the mean and the 95 % band of
random groupings of the same sizes, and what is lost (bits kept).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from core.evaluation.agreement import count_totals, information_of, kappa_of
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.random_groupings import mean_random_accuracy, random_accuracies
from core.regrouping.scoring.scorer import Scorer

MAX_POINTS = 120  # groupings of a path that are scored: all of up to 121 classes
NUM_RANDOM = 200  # random groupings behind the band of each point; its mean is exact
MEASURES = ("accuracy_merged", "accuracy_summed", "macro_f1", "kappa", "bits_kept")


class Path(Protocol):
    """Nested groupings, as ``core.regrouping.suggesting.path.MergePath``."""

    @property
    def most(self) -> int: ...  # noqa: D102
    @property
    def fewest(self) -> int: ...  # noqa: D102
    def grouping(self, num_groups: int) -> Grouping: ...  # noqa: D102


@dataclass(frozen=True)
class FrontierPoint:
    """What one grouping buys and costs, by merged labels where nothing else is said.

    Attributes:
        num_groups: Groups of the grouping.
        accuracy_merged: Share (0-1) of images whose predicted class is in the group of the true one.
        accuracy_summed: Share (0-1) of images whose group has the largest sum of probabilities.
        macro_f1: Mean F1 (0-1) of the groups that occur or are predicted.
        kappa: Cohen's kappa; NaN where it is not defined.
        bits_kept: Bits that the predicted group tells of the true one, corrected for few images.
        random_mean: Exact mean of ``accuracy_merged`` over all groupings of the same group sizes.
        random_low: 2.5 % quantile of the same, from random ones.
        random_high: 97.5 % quantile of the same.
    """

    num_groups: int
    accuracy_merged: float
    accuracy_summed: float
    macro_f1: float
    kappa: float
    bits_kept: float
    random_mean: float
    random_low: float
    random_high: float


def compute_frontier(
    scorer: Scorer,
    path: Path,
    *,
    max_points: int = MAX_POINTS,
    num_random: int = NUM_RANDOM,
    progress: Callable[[int, int], None] | None = None,
) -> list[FrontierPoint]:
    """Score the groupings of a path, from the most groups to the fewest.

    Args:
        scorer: Of predictions on the validation split.
        path: Nested groupings.
        max_points: At most so many are scored, closer together where there are few groups.
        num_random: Random groupings behind the band of each point.
        progress: Told how many groupings are scored, of how many; may raise to stop.

    Raises:
        GroupingError: The path is of other classes.
        PredictionsError: There are no images.
    """
    points = []
    numbers = sample_numbers(path.fewest, path.most, max_points)
    for done, num_groups in enumerate(numbers, start=1):
        points.append(score_point(scorer, path.grouping(int(num_groups)), num_random=num_random))
        if progress is not None:
            progress(done, len(numbers))
    # The true information never rises by merging, while its estimate may by a hair.
    bits = np.minimum.accumulate([point.bits_kept for point in points])
    return [replace(point, bits_kept=float(value)) for point, value in zip(points, bits, strict=True)]


def score_point(scorer: Scorer, grouping: Grouping, *, num_random: int = NUM_RANDOM) -> FrontierPoint:
    """Return where a grouping stands beside the frontier.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images.
    """
    drawn = random_accuracies(scorer.counts, grouping, num_random=num_random)
    return FrontierPoint(
        num_groups=grouping.num_groups,
        **measure_grouping(scorer, grouping),
        random_mean=mean_random_accuracy(scorer.counts, grouping),
        random_low=float(np.quantile(drawn, 0.025)),
        random_high=float(np.quantile(drawn, 0.975)),
    )


def measure_grouping(scorer: Scorer, grouping: Grouping) -> dict[str, float]:
    """Return each of ``MEASURES`` of a grouping, as ``FrontierPoint`` has them.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images.
    """
    _, merged, summed = scorer.accuracies(grouping)
    totals = count_totals(scorer.counts.grouped(grouping))
    occurring = totals.support + totals.predicted
    return {
        "accuracy_merged": merged,
        "accuracy_summed": summed,
        "macro_f1": float((2 * totals.correct[occurring > 0] / occurring[occurring > 0]).mean()),
        "kappa": kappa_of(totals),
        "bits_kept": float(information_of(totals)),
    }


def sample_numbers(fewest: int, most: int, max_points: int) -> np.ndarray:
    """Return numbers of groups from ``most`` down to ``fewest``: all, or with growing distances.

    One group more or less matters much among few and hardly among many: beyond ``max_points`` the numbers
    grow by equal factors.

    >>> sample_numbers(2, 6, 10)
    array([6, 5, 4, 3, 2])
    >>> sample_numbers(2, 1000, 8)
    array([1000,  412,  169,   70,   29,   12,    5,    2])
    """
    if most - fewest < max_points:
        return np.arange(most, fewest - 1, -1)
    numbers = np.unique(np.round(np.geomspace(max(1, fewest), most, max_points)).astype(np.int64))
    while len(numbers) < max_points:  # rounding made some equal: halve the widest gaps, seen as factors
        gaps = [(high / low if high - low > 1 else 0, low, high) for low, high in pairwise(numbers.tolist())]
        _, low, high = max(gaps)
        numbers = np.sort(np.append(numbers, (low + high) // 2))
    return numbers[::-1]


def find_knee(points: Sequence[FrontierPoint]) -> int | None:
    """Return the index of the point where merging on buys less than it costs, as shares of the whole path.

    Method: Kneedle, Satopää et al. (2011), https://doi.org/10.1109/ICDCSW.2011.20, without smoothing, on the
    curve of what merging really buys (merged accuracy beyond the mean of random groupings) over what it costs
    (bits lost): both are scaled to 0-1, and the knee is where the first is farthest above the second.
    Accuracy alone has no knee: it rises to 1 as the groups become one.

    Args:
        points: Along the path, from the most groups to the fewest.

    Returns:
        None where nothing is bought beyond chance.
    """
    gains = np.array([point.accuracy_merged - point.random_mean for point in points])
    lost = np.array([points[0].bits_kept - point.bits_kept for point in points])
    if gains.max() <= 0:
        return None
    above = gains / gains.max() - lost / (lost.max() or 1.0)
    return int(above.argmax()) if above.max() > 0 else None

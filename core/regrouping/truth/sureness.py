"""How sure a model is of a class and of its group, and how often it errs when only the surest are answered.

*Coverage* is the share of images that are answered, *risk* the share of answers that are wrong: El-Yaniv and
Wiener (2010), https://jmlr.org/papers/v11/el-yaniv10a.html; by the largest probability: Geifman and El-Yaniv
(2017), https://arxiv.org/abs/1705.08500.
"""

from typing import NamedTuple

import numpy as np

from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.scorer import Scorer


class Sureness(NamedTuple):
    """How sure a model is of a kind of answer, and whether it is right.

    Attributes:
        confidence: Probability of the answer, 0-1, shape ``(num_samples,)``.
        is_right: Whether the answer is right, bool, shape ``(num_samples,)``.
    """

    confidence: np.ndarray
    is_right: np.ndarray


class Answerable(NamedTuple):
    """What could be answered for each image.

    Attributes:
        fine: The class of the largest probability.
        group: The group with the largest sum of probabilities.
        clusters: Which images belong together, as of ``clusters_of``, shape ``(num_samples,)``; None where
            each stands alone.
    """

    fine: Sureness
    group: Sureness
    clusters: np.ndarray | None = None

    @property
    def num_samples(self) -> int:
        """Number of images."""
        return len(self.fine.is_right)

    @property
    def tells_sureness(self) -> bool:
        """Whether some answer is surer than another; not where answers alone were brought in."""
        return bool((self.fine.confidence < 1).any())


class RiskCoverage(NamedTuple):
    """Risk at every coverage.

    Attributes:
        coverage: Share of images answered, growing, float64, shape ``(num_points,)``.
        risk: Share of the answers that are wrong, shape ``(num_points,)``.
        area: Mean risk over the images, each taken as the least sure one that is still answered.
    """

    coverage: np.ndarray
    risk: np.ndarray
    area: float


def answerable(
    predictions: Predictions | Scorer, grouping: Grouping, *, clusters: np.ndarray | None = None
) -> Answerable:
    """Return what could be answered for each image, how sure, and whether that is right.

    Args:
        predictions: Of one model on one split; a scorer of them answers the next grouping quicker.
        grouping: Which classes count as one.
        clusters: Which images belong together, for intervals; None: each stands alone.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images, or probabilities that are not numbers.
    """
    scorer = predictions if isinstance(predictions, Scorer) else Scorer(predictions)
    known = scorer.predictions
    fine = known.probs[np.arange(known.num_samples), known.y_pred].astype(np.float64)
    return Answerable(
        Sureness(fine, known.y_pred == known.y_true),
        Sureness(scorer.summed_confidence(grouping), scorer.summed_right(grouping)),
        clusters,
    )


def risk_coverage(sureness: Sureness) -> RiskCoverage:
    """Return the risk at every coverage when the surest answers are given first.

    Images of equal confidence are answered together.

    >>> curve = risk_coverage(Sureness(np.array([0.9, 0.8, 0.5, 0.4]), np.array([True, False, True, False])))
    >>> curve.risk.round(2).tolist(), round(curve.area, 3)
    ([0.0, 0.5, 0.33, 0.5], 0.333)
    """
    _, num_answered, num_wrong = steps(sureness)
    return _curve(num_answered, num_wrong, len(sureness.is_right))


def backoff_curve(found: Answerable, fine_threshold: float) -> RiskCoverage:
    """Return the risk at every coverage of back-off: the surest classes first, then the surest groups.

    Args:
        found: What could be answered.
        fine_threshold: Above it the class is answered; it alone, as long as there is one that sure.
    """
    is_fine = found.fine.confidence > fine_threshold
    _, fine_answered, fine_wrong = steps(Sureness(*(values[is_fine] for values in found.fine)))
    _, group_answered, group_wrong = steps(Sureness(*(values[~is_fine] for values in found.group)))
    num_fine = int(is_fine.sum())
    num_fine_wrong = num_fine - int(found.fine.is_right[is_fine].sum())
    return _curve(
        np.concatenate([fine_answered, num_fine + group_answered]),
        np.concatenate([fine_wrong, num_fine_wrong + group_wrong]),
        found.num_samples,
    )


def steps(sureness: Sureness) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distinct confidences, falling, and how many answers and wrong ones there are down to each."""
    order = np.argsort(-sureness.confidence, kind="stable")
    confidence = sureness.confidence[order]
    ends = np.flatnonzero(np.diff(confidence, append=-1.0))  # the last image of each confidence
    return confidence[ends], ends + 1, np.cumsum(~sureness.is_right[order])[ends]


def _curve(num_answered: np.ndarray, num_wrong: np.ndarray, num_samples: int) -> RiskCoverage:
    risk = num_wrong / np.maximum(num_answered, 1)
    area = float((risk * np.diff(num_answered, prepend=0)).sum() / max(1, num_samples))
    return RiskCoverage(num_answered / max(1, num_samples), risk, area)

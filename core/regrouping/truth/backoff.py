"""Back-off: answer the class when sure of it, else the group when sure of that, else nothing.

Two thresholds: the class is answered when its probability lies above the first; else the group with the
largest sum of probabilities, when that lies above the second. *Coverage* is the share of images that are
answered, *risk* the share of answers that are wrong: an answered class that is not the image's, an answered
group that is not its class's.

Source of risk and coverage: El-Yaniv and Wiener (2010), https://jmlr.org/papers/v11/el-yaniv10a.html; of
answering by the largest probability: Geifman and El-Yaniv (2017), https://arxiv.org/abs/1705.08500.
Thresholds are chosen so that the risk measured on validation is at most the one wished for; on other images
it may be higher, so judge it on test.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.errors import GroupingError
from core.evaluation.intervals import wilson_interval
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.scorer import Scorer

MEANINGS = {
    "coverage": "The share of images that are answered at all.",
    "risk": "Of the answers given, the share that is wrong.",
    "area": "The mean risk over all coverages (area under the curve): lower is better.",
    "wished_risk": "The thresholds are chosen so that on validation at most this share of the answers is "
    "wrong, with as many classes answered as possible, then as many groups.",
}


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
    """

    fine: Sureness
    group: Sureness

    @property
    def num_samples(self) -> int:
        """Number of images."""
        return len(self.fine.is_right)

    @property
    def tells_sureness(self) -> bool:
        """Whether some answer is surer than another; not where answers alone were brought in."""
        return bool((self.fine.confidence < 1).any())


class Thresholds(NamedTuple):
    """Probabilities (0-1) above which is answered; 1 answers never, 0 always.

    Attributes:
        fine: For the class.
        group: For the group.
    """

    fine: float
    group: float

    @property
    def in_words(self) -> str:
        """Both, short."""
        return f"thresholds {self.fine:.4f} and {self.group:.4f}"

    def rounded_up(self, step: float = 0.0001) -> "Thresholds":
        """Return them as multiples of a step, never lower, so that no more is answered than was meant.

        >>> Thresholds(0.5, 0.700001).rounded_up()
        Thresholds(fine=0.5, group=0.7001)
        """
        return Thresholds(*(min(1.0, round(math.ceil(each / step - 1e-9) * step, 6)) for each in self))


@dataclass(frozen=True)
class Verdict:
    """What back-off answers, as shares of images (0-1), and how often that is wrong.

    Attributes:
        num_samples: Images measured.
        fine_share: Share for which the class is answered.
        group_share: Share for which the group is answered.
        fine_risk: Share of the answered classes that are wrong; 0 when there are none.
        group_risk: The same of the answered groups.
        risk: The same of all answers.
        risk_low: Lower end of its 95 % Wilson interval.
        risk_high: Upper end of the same.
    """

    num_samples: int
    fine_share: float
    group_share: float
    fine_risk: float
    group_risk: float
    risk: float
    risk_low: float
    risk_high: float

    @property
    def coverage(self) -> float:
        """Share of images that are answered."""
        return self.fine_share + self.group_share

    @property
    def in_words(self) -> str:
        """One sentence."""
        answered = (
            f"answers the fine class for {_percent(self.fine_share)} of images, the group for "
            f"{_percent(self.group_share)}, abstains on {_percent(max(0.0, 1 - self.coverage))}"
        )
        return (
            f"{answered}; risk {100 * self.risk:.1f} %"
            if self.coverage
            else f"{answered}; no answer, no risk"
        )


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


def answerable(predictions: Predictions | Scorer, grouping: Grouping) -> Answerable:
    """Return what could be answered for each image, how sure, and whether that is right.

    Args:
        predictions: Of one model on one split; a scorer of them answers the next grouping quicker.
        grouping: Which classes count as one.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images, or probabilities that are not numbers.
    """
    scorer = predictions if isinstance(predictions, Scorer) else Scorer(predictions)
    known = scorer.predictions
    fine = known.probs[np.arange(known.num_samples), known.y_pred].astype(np.float64)
    return Answerable(
        Sureness(fine, known.y_pred == known.y_true),
        Sureness(
            scorer.summed_confidence(grouping).astype(np.float64),
            scorer.summed_right(grouping),
        ),
    )


def judge(found: Answerable, thresholds: Thresholds) -> Verdict:
    """Return what back-off with these thresholds answers, and how often that is wrong.

    >>> fine = Sureness(np.array([0.9, 0.6, 0.4]), np.array([True, False, False]))
    >>> group = Sureness(np.array([0.9, 0.8, 0.5]), np.array([True, True, False]))
    >>> judge(Answerable(fine, group), Thresholds(0.7, 0.6)).in_words
    'answers the fine class for 33 % of images, the group for 33 %, abstains on 33 %; risk 0.0 %'
    """
    is_fine = found.fine.confidence > thresholds.fine
    is_group = ~is_fine & (found.group.confidence > thresholds.group)
    num_fine, num_group = int(is_fine.sum()), int(is_group.sum())
    fine_wrong = num_fine - int(found.fine.is_right[is_fine].sum())
    group_wrong = num_group - int(found.group.is_right[is_group].sum())
    num_answered, num_wrong = num_fine + num_group, fine_wrong + group_wrong
    low, high = wilson_interval(num_wrong, num_answered)
    return Verdict(
        num_samples=found.num_samples,
        fine_share=num_fine / found.num_samples,
        group_share=num_group / found.num_samples,
        fine_risk=fine_wrong / max(1, num_fine),
        group_risk=group_wrong / max(1, num_group),
        risk=num_wrong / max(1, num_answered),
        risk_low=low,
        risk_high=high,
    )


def choose_thresholds(found: Answerable, wished_risk: float) -> Thresholds:
    """Return the thresholds that answer most without more than the wished risk on these images.

    First as many classes as possible, their risk at most the wished one; then as many groups for the rest as
    possible, the risk of all answers at most the wished one.

    Args:
        found: What could be answered on validation.
        wished_risk: Share of the answers (0-1) that may be wrong.

    Raises:
        GroupingError: The wished risk is not between 0 and 1.
    """
    if not 0 <= wished_risk <= 1:
        raise GroupingError(f"A risk of {wished_risk:g} cannot be wished for; give a share from 0 to 1.")
    fine, num_fine, fine_wrong = _lowest_threshold(found.fine, wished_risk)
    left = found.fine.confidence <= fine
    rest = Sureness(found.group.confidence[left], found.group.is_right[left])
    group, _, _ = _lowest_threshold(rest, wished_risk, answered=num_fine, wrong=fine_wrong)
    return Thresholds(fine, group)


def risk_coverage(sureness: Sureness) -> RiskCoverage:
    """Return the risk at every coverage when the surest answers are given first.

    Images of equal confidence are answered together.

    >>> curve = risk_coverage(Sureness(np.array([0.9, 0.8, 0.5, 0.4]), np.array([True, False, True, False])))
    >>> curve.risk.round(2).tolist(), round(curve.area, 3)
    ([0.0, 0.5, 0.33, 0.5], 0.333)
    """
    _, num_answered, num_wrong = _steps(sureness)
    return _curve(num_answered, num_wrong, len(sureness.is_right))


def backoff_curve(found: Answerable, fine_threshold: float) -> RiskCoverage:
    """Return the risk at every coverage of back-off: the surest classes first, then the surest groups.

    Args:
        found: What could be answered.
        fine_threshold: Above it the class is answered; it alone, as long as there is one that sure.
    """
    is_fine = found.fine.confidence > fine_threshold
    _, fine_answered, fine_wrong = _steps(Sureness(*(values[is_fine] for values in found.fine)))
    _, group_answered, group_wrong = _steps(Sureness(*(values[~is_fine] for values in found.group)))
    num_fine = int(is_fine.sum())
    num_fine_wrong = num_fine - int(found.fine.is_right[is_fine].sum())
    return _curve(
        np.concatenate([fine_answered, num_fine + group_answered]),
        np.concatenate([fine_wrong, num_fine_wrong + group_wrong]),
        found.num_samples,
    )


def _lowest_threshold(
    sureness: Sureness, wished_risk: float, *, answered: int = 0, wrong: int = 0
) -> tuple[float, int, int]:
    """The lowest threshold within the risk, and how many answers it gives and how many of them are wrong.

    Args:
        sureness: Of the answers to choose from.
        wished_risk: As above.
        answered: Answers given already, which count.
        wrong: How many of those are wrong.
    """
    if not len(sureness.confidence):
        return 0.0, 0, 0
    confidence, num_answered, num_wrong = _steps(sureness)
    # Whole images on both sides, so that 5 of 100 wrong are within a risk of 5 %.
    within = num_wrong + wrong <= wished_risk * (num_answered + answered) + 1e-9
    if not within.any():
        return 1.0, 0, 0
    best = int(np.flatnonzero(within)[-1])
    threshold = float(confidence[best + 1]) if best + 1 < len(confidence) else 0.0
    return threshold, int(num_answered[best]), int(num_wrong[best])


def _steps(sureness: Sureness) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct confidences, falling, and how many answers and wrong answers there are down to each."""
    order = np.argsort(-sureness.confidence, kind="stable")
    confidence = sureness.confidence[order]
    ends = np.flatnonzero(np.diff(confidence, append=-1.0))  # the last image of each confidence
    return confidence[ends], ends + 1, np.cumsum(~sureness.is_right[order])[ends]


def _curve(num_answered: np.ndarray, num_wrong: np.ndarray, num_samples: int) -> RiskCoverage:
    risk = num_wrong / np.maximum(num_answered, 1)
    area = float((risk * np.diff(num_answered, prepend=0)).sum() / max(1, num_samples))
    return RiskCoverage(num_answered / max(1, num_samples), risk, area)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

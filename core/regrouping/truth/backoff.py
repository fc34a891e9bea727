"""Back-off: answer the class when sure of it, else the group when sure of that, else nothing.

Two thresholds: the class is answered when its probability lies above the first; else the group with the
largest sum of probabilities, when that lies above the second. *Coverage* is the share of images that are
answered, *risk* the share of answers that are wrong: an answered class that is not the image's, an answered
group that is not its class's.

How sure a model is of either, and the risk at every coverage, tells ``core.regrouping.truth.sureness``.
Thresholds are chosen so that the risk measured on validation is at most the one wished for; on other images
it may be higher, so judge it on test.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.errors import GroupingError
from core.evaluation.intervals import accuracy_interval
from core.regrouping.truth.sureness import Answerable, Sureness, steps
from core.words import PERCENT

MEANINGS = {
    "coverage": "The share of images that are answered at all.",
    "risk": "Of the answers given, the share that is wrong.",
    "area": "The mean risk over all coverages (area under the curve): lower is better.",
    "wished_risk": "The thresholds are chosen so that on validation at most this share of the answers is "
    "wrong, with as many classes answered as possible, then as many groups.",
}


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
        risk_low: Lower end of its 95 % interval.
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
            f"{answered}; risk {100 * self.risk:.1f}{PERCENT}"
            if self.coverage
            else f"{answered}; no answer, no risk"
        )


def judge(found: Answerable, thresholds: Thresholds) -> Verdict:
    """Return what back-off with these thresholds answers, and how often that is wrong.

    >>> fine = Sureness(np.array([0.9, 0.6, 0.4]), np.array([True, False, False]))
    >>> group = Sureness(np.array([0.9, 0.8, 0.5]), np.array([True, True, False]))
    >>> judge(Answerable(fine, group), Thresholds(0.7, 0.6)).in_words.replace(PERCENT, " %")
    'answers the fine class for 33 % of images, the group for 33 %, abstains on 33 %; risk 0.0 %'
    """
    is_fine = found.fine.confidence > thresholds.fine
    is_group = ~is_fine & (found.group.confidence > thresholds.group)
    num_fine, num_group = int(is_fine.sum()), int(is_group.sum())
    fine_wrong = num_fine - int(found.fine.is_right[is_fine].sum())
    group_wrong = num_group - int(found.group.is_right[is_group].sum())
    is_answered = is_fine | is_group
    is_right = np.where(is_fine, found.fine.is_right, found.group.is_right)[is_answered]
    clusters = None if found.clusters is None else found.clusters[is_answered]
    interval = accuracy_interval(is_right, clusters=clusters)
    return Verdict(
        num_samples=found.num_samples,
        fine_share=num_fine / found.num_samples,
        group_share=num_group / found.num_samples,
        fine_risk=fine_wrong / max(1, num_fine),
        group_risk=group_wrong / max(1, num_group),
        risk=(fine_wrong + group_wrong) / max(1, num_fine + num_group),
        risk_low=1 - interval.high,
        risk_high=1 - interval.low,
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
    confidence, num_answered, num_wrong = steps(sureness)
    # Whole images on both sides, so that 5 of 100 wrong are within a risk of 5 %.
    within = num_wrong + wrong <= wished_risk * (num_answered + answered) + 1e-9
    if not within.any():
        return 1.0, 0, 0
    best = int(np.flatnonzero(within)[-1])
    threshold = float(confidence[best + 1]) if best + 1 < len(confidence) else 0.0
    return threshold, int(num_answered[best]), int(num_wrong[best])


def _percent(share: float) -> str:
    return f"{100 * share:.0f}{PERCENT}"

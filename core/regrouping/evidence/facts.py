"""What is known of two confused classes: counts in both directions, and whether it is one way or both.

Whether one direction is more common than the other by more than chance is told by an exact binomial test:
if both classes were mistaken for each other at one rate, each mistake would come from the first class with
the probability of its share of the images of both (Clopper and Pearson (1934) for the binomial,
https://doi.org/10.1093/biomet/26.4.404; given their sum, two counts of rare events are binomial).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.errors import GroupingError
from core.evaluation.confusion import check_finite
from core.predictions import Predictions
from core.words import some

SIGNIFICANCE = 0.05  # below this p-value a difference is called larger than chance would give
SURE = 0.8  # probability of the wrong class from which a mistake can count as confident
MIN_MISTAKES = 5  # with fewer, no direction can be told
ONE_WAY_RATIO = 2  # times as often one way as the other, besides the test, to be called one way
BOTH_WAYS_RATIO = 3  # at most so many times as often one way, to be called both ways


class Direction(StrEnum):
    """Which way two classes are confused."""

    BOTH = "both ways"
    ONE_WAY = "one way"
    UNCLEAR = "unclear"
    NONE = "never"


@dataclass(frozen=True)
class PairFacts:
    """Counts of one pair on validation.

    Attributes:
        names: The two classes.
        indices: Their places among the run's classes.
        mistaken: Images of the first taken for the second, and the other way.
        support: Images of each of the two.
        wrong: Images of each that were taken for any other class.
        num_classes: Classes of the run.
        num_samples: All images measured.
        p_value: Exact two-sided p-value that both rates are equal; 1 without mistakes.
    """

    names: tuple[str, str]
    indices: tuple[int, int]
    mistaken: tuple[int, int]
    support: tuple[int, int]
    wrong: tuple[int, int]
    num_classes: int
    num_samples: int
    p_value: float

    @property
    def num_mistakes(self) -> int:
        """Images of either class that were taken for the other."""
        return sum(self.mistaken)

    @property
    def shares(self) -> tuple[float, float]:
        """Share (0-1) of each class's images that were taken for the other class."""
        there, back = (
            count / max(1, total) for count, total in zip(self.mistaken, self.support, strict=True)
        )
        return there, back

    @property
    def source(self) -> int:
        """The class that is mistaken for the other more often, 0 or 1."""
        return 0 if self.shares[0] >= self.shares[1] else 1

    @property
    def direction(self) -> Direction:
        """Both ways or one way, see the constants of this module."""
        if not self.num_mistakes:
            return Direction.NONE
        if self.num_mistakes < MIN_MISTAKES:
            return Direction.UNCLEAR
        low, high = sorted(self.shares)
        if self.p_value < SIGNIFICANCE and high > ONE_WAY_RATIO * low:
            return Direction.ONE_WAY
        return Direction.BOTH if high <= BOTH_WAYS_RATIO * low else Direction.UNCLEAR


def count_pair(predictions: Predictions, first: str, second: str) -> PairFacts:
    """Count what was said of the validation images of two classes.

    Raises:
        GroupingError: A class is unknown, or both are the same.
        PredictionsError: A probability is not a number.
        ValueError: The predictions are not those on validation: on test nothing is chosen.
    """
    check_split(predictions)
    check_finite(predictions)
    place, other = indices_of(predictions, (first, second))
    indices = place, other
    said = [predictions.y_pred[predictions.y_true == index] for index in indices]
    mistaken = int((said[0] == indices[1]).sum()), int((said[1] == indices[0]).sum())
    support = len(said[0]), len(said[1])
    return PairFacts(
        names=(first, second),
        indices=indices,
        mistaken=mistaken,
        support=support,
        wrong=(int((said[0] != indices[0]).sum()), int((said[1] != indices[1]).sum())),
        num_classes=predictions.num_classes,
        num_samples=predictions.num_samples,
        p_value=direction_p_value(mistaken, support),
    )


def direction_p_value(mistaken: tuple[int, int], support: tuple[int, int]) -> float:
    """Return the exact two-sided p-value that two classes are mistaken for each other at one rate.

    >>> direction_p_value((9, 1), (100, 100)), direction_p_value((0, 0), (5, 5))
    (0.021484375, 1.0)
    """
    if not sum(mistaken):
        return 1.0
    from scipy.stats import binomtest  # noqa: PLC0415

    return float(binomtest(mistaken[0], sum(mistaken), support[0] / sum(support)).pvalue)


def check_split(predictions: Predictions) -> None:
    """Refuse predictions on another split than validation.

    Raises:
        ValueError: They are on another one.
    """
    if predictions.split != "val":
        raise ValueError(f"Evidence is read on val, where groups are chosen, not on {predictions.split}.")


def indices_of(predictions: Predictions, classes: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of classes among those of the run.

    Raises:
        GroupingError: A class is unknown, or one is named twice.
    """
    place = {name: index for index, name in enumerate(predictions.class_names)}
    unknown = [name for name in classes if name not in place]
    if unknown:
        raise GroupingError(f"There is no class {unknown[0]!r}; classes are {some(predictions.class_names)}.")
    if len(set(classes)) < max(2, len(classes)):
        raise GroupingError("Evidence needs at least two different classes; name another one.")
    return tuple(place[name] for name in classes)


def sure_mistakes(predictions: Predictions, facts: PairFacts) -> tuple[np.ndarray, float]:
    """Return the confident mistakes of a pair, and how much the network mixes the two up otherwise.

    A mistake is confident when the wrong class has at least ``SURE`` and at least the certainty that is
    usual for that class (the thresholds of confident learning, Northcutt, Jiang and Chuang (2021),
    https://doi.org/10.1613/jair.1.12125).

    Returns:
        Sample ids, int64, the surest first; and the mean probability (0-1) of the other class over the
        images of both that were recognized. None are confident where every answer has all the probability,
        as where answers alone were brought in.
    """
    answered = predictions.probs[np.arange(predictions.num_samples), predictions.y_pred]
    if not (answered < 1).any():
        return np.zeros(0, np.int64), 1.0
    ids, certainty, shared = [], [], []
    for true, said in (facts.indices, facts.indices[::-1]):
        of_true, of_said = predictions.y_true == true, np.flatnonzero(predictions.y_true == said)
        usual = float(predictions.probs[of_said, said].mean(dtype=np.float64)) if len(of_said) else 1.0
        rows = np.flatnonzero(of_true & (predictions.y_pred == said))
        probs = np.asarray(predictions.probs[rows, said], np.float64)
        rows, probs = rows[probs >= max(SURE, usual)], probs[probs >= max(SURE, usual)]
        ids.append(predictions.sample_ids[rows])
        certainty.append(probs)
        right = np.flatnonzero(of_true & (predictions.y_pred == true))
        shared.append(np.asarray(predictions.probs[right, said], np.float64))
    ranking = np.argsort(-np.concatenate(certainty), kind="stable")
    mixed = np.concatenate(shared)
    return np.concatenate(ids)[ranking], float(mixed.mean()) if len(mixed) else 1.0

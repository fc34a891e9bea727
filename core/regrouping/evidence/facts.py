"""What is known of two confused classes: counts in both directions, and whether it is one way or both.

Whether one direction is more common than the other by more than chance is told by an exact binomial test:
if both classes were mistaken for each other at one rate, each mistake would come from the first class with
the probability of its share of the images of both (Clopper and Pearson (1934) for the binomial,
https://doi.org/10.1093/biomet/26.4.404; given their sum, two counts of rare events are binomial).
Where images belong together, such as those of one patient, each such group counts once, see ``voices``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from core.errors import GroupingError
from core.evaluation.confusion import check_finite
from core.predictions import Predictions
from core.regrouping.evidence.voices import (
    Voices,
    direction_p_value,
    group_voices,
    image_voices,
    is_contradicted,
    mean_of_voices,
)
from core.words import some

SIGNIFICANCE = 0.05  # below this p-value a difference is called larger than chance would give
SURE = 0.8  # probability of the wrong class from which a mistake can count as confident
MIN_MISTAKES = 5  # images, or groups of them; with fewer, no direction can be told
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
        voices: What the rules count: images, or groups of images that belong together.
        p_value: Exact two-sided p-value that both rates are equal, by voices; 1 without mistakes.
    """

    names: tuple[str, str]
    indices: tuple[int, int]
    mistaken: tuple[int, int]
    support: tuple[int, int]
    wrong: tuple[int, int]
    num_classes: int
    num_samples: int
    voices: Voices
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
        """The class that is mistaken for the other more often, by voices, 0 or 1."""
        return 0 if self.voices.rates[0] >= self.voices.rates[1] else 1

    @property
    def direction(self) -> Direction:
        """Both ways or one way, see the constants of this module."""
        if not self.num_mistakes:
            return Direction.NONE
        if self.voices.num_mistaken < MIN_MISTAKES:
            return Direction.UNCLEAR
        low, high = sorted(self.voices.rates)
        if self.p_value < SIGNIFICANCE and high > ONE_WAY_RATIO * low:
            return Direction.ONE_WAY
        return Direction.BOTH if high <= BOTH_WAYS_RATIO * low else Direction.UNCLEAR


class SureMistakes(NamedTuple):
    """The confident mistakes of a pair, and how much the network mixes the two up otherwise.

    Attributes:
        ids: Sample ids, int64, the surest first.
        num_voices: How many they are, groups of images counted once.
        shared: Mean probability (0-1) of the other class over the images of both that were recognized.
    """

    ids: np.ndarray
    num_voices: int
    shared: float


def count_pair(
    predictions: Predictions, first: str, second: str, *, clusters: np.ndarray | None = None
) -> PairFacts:
    """Count what was said of the validation images of two classes.

    Args:
        predictions: Of one run on validation.
        first: Name of a class.
        second: Name of another.
        clusters: Which images belong together, as of ``clusters_of``, int64, shape ``(num_samples,)``; None
            where each stands for itself.

    Raises:
        GroupingError: A class is unknown, or both are the same.
        PredictionsError: A probability is not a number.
        ValueError: The predictions are not those on validation: on test nothing is chosen.
    """
    check_split(predictions)
    check_finite(predictions)
    place, other = indices_of(predictions, (first, second))
    rows = [np.flatnonzero(predictions.y_true == index) for index in (place, other)]
    said = predictions.y_pred[rows[0]], predictions.y_pred[rows[1]]
    mistaken = int((said[0] == other).sum()), int((said[1] == place).sum())
    wrong = int((said[0] != place).sum()), int((said[1] != other).sum())
    support = len(said[0]), len(said[1])
    if clusters is None:
        voices, images = image_voices(mistaken, support, wrong), None
    else:
        voices = group_voices(said, (clusters[rows[0]], clusters[rows[1]]), (place, other))
        images = support
    is_told = not is_contradicted(voices)
    return PairFacts(
        names=(first, second),
        indices=(place, other),
        mistaken=mistaken,
        support=support,
        wrong=wrong,
        num_classes=predictions.num_classes,
        num_samples=predictions.num_samples,
        voices=voices,
        p_value=direction_p_value(voices.mistaken, voices.support, images) if is_told else 1.0,
    )


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


def sure_mistakes(
    predictions: Predictions, facts: PairFacts, *, clusters: np.ndarray | None = None
) -> SureMistakes:
    """Return the confident mistakes of a pair.

    A mistake is confident when the wrong class has at least ``SURE`` and at least the certainty that is
    usual for that class (the thresholds of confident learning, Northcutt, Jiang and Chuang (2021),
    https://doi.org/10.1613/jair.1.12125). None are where every answer has all the probability, as where
    answers alone were brought in.

    Args:
        predictions: Of one run on validation.
        facts: The pair.
        clusters: Which images belong together, as for ``count_pair``.
    """
    y_true, y_pred, probs = predictions.y_true, predictions.y_pred, predictions.probs
    answered = probs[np.arange(predictions.num_samples), y_pred]
    if not (answered < 1).any():
        return SureMistakes(np.zeros(0, np.int64), 0, 1.0)

    def usual(rows: np.ndarray, said: int) -> float:
        values = np.asarray(probs[rows, said], np.float64)
        return mean_of_voices(values, None if clusters is None else clusters[rows])

    sure, right_rows, shared = [], [], []
    for true, said in (facts.indices, facts.indices[::-1]):
        least = max(SURE, usual(np.flatnonzero(y_true == said), said))
        rows = np.flatnonzero((y_true == true) & (y_pred == said))
        sure.append(rows[np.asarray(probs[rows, said], np.float64) >= least])
        right = np.flatnonzero((y_true == true) & (y_pred == true))
        right_rows.append(right)
        shared.append(np.asarray(probs[right, said], np.float64))
    rows, right = np.concatenate(sure), np.concatenate(right_rows)
    ranking = np.argsort(-np.asarray(answered[rows], np.float64), kind="stable")
    mixed = mean_of_voices(np.concatenate(shared), None if clusters is None else clusters[right])
    num_voices = len(rows) if clusters is None else len(np.unique(clusters[rows]))
    return SureMistakes(predictions.sample_ids[rows[ranking]], num_voices, mixed)

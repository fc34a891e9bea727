"""What comes out of a duel: a row for each way to answer, the differences between them, and sentences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from core.regrouping.duel.significance import SIGNIFICANCE, McNemar

FULL, MERGED, SUMMED, RETRAINED = "full", "full then merged", "full summed", "retrained"


class Spread(NamedTuple):
    """Mean and sample standard deviation over runs; None for the deviation of a single one.

    >>> Spread.of([1.0, 3.0]).mean
    2.0
    """

    mean: float
    sd: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the spread of one number a run."""
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
        return cls(float(np.mean(values)) if len(values) else math.nan, sd)


@dataclass(frozen=True)
class DuelRow:
    """One way to get the answer; shares are 0-1, each the mean over its runs, beside its deviation.

    Attributes:
        name: ``full`` (fine classes), ``full then merged``, ``full summed`` or ``retrained`` (groups).
        num_classes: How many classes it tells apart.
        runs: Ids of its runs, one for each training seed.
        accuracies: Accuracy of each run.
        run_seconds: Time spent training each run, wall clock.
        accuracy: Share of images answered rightly, among these classes.
        accuracy_sd: Sample standard deviation of the accuracy over the runs; None of a single run, as of the
            others below.
        low: Lower end of the 95 % interval of the accuracy on other images of the same kind, by bootstrap.
        high: Upper end of the same.
        balanced_accuracy: Mean recall of the classes that occur.
        balanced_accuracy_sd: Its deviation.
        macro_f1: Mean F1 of the classes that occur or are predicted.
        macro_f1_sd: Its deviation.
        kappa: Cohen's kappa: agreement with the truth beyond chance, 0 is chance, 1 is all right.
        kappa_sd: Its deviation.
        seconds: Time spent training one such network, wall clock, mean over the runs.
        seconds_sd: Its deviation.
    """

    name: str
    num_classes: int
    runs: tuple[str, ...]
    accuracies: tuple[float, ...]
    run_seconds: tuple[float, ...]
    accuracy: float
    accuracy_sd: float | None
    low: float
    high: float
    balanced_accuracy: float
    balanced_accuracy_sd: float | None
    macro_f1: float
    macro_f1_sd: float | None
    kappa: float
    kappa_sd: float | None
    seconds: float
    seconds_sd: float | None

    @property
    def num_runs(self) -> int:
        """Number of training seeds."""
        return len(self.runs)


@dataclass(frozen=True)
class PairTest:
    """McNemar's test of two single runs.

    Attributes:
        first_run: Id of the run whose answers are the first.
        second_run: Id of the run whose answers are the second.
        test: What came out.
    """

    first_run: str
    second_run: str
    test: McNemar

    @property
    def p_value(self) -> float:
        """Two-sided p-value of the test, 0-1."""
        return self.test.p_value


@dataclass(frozen=True)
class Difference:
    """How much more often one way is right than another, on the same images.

    Attributes:
        first: Name of the first way.
        second: Name of the second way.
        mean: Accuracy of the first minus that of the second, means over their runs, -1 to 1.
        low: Lower end of its 95 % interval by paired bootstrap of the images.
        high: Upper end of the same.
        tests: McNemar's test of each pair of runs with the same seed; where none has, of the first two.
        num_runs: How many runs each of the two means is over.
        seeds_p: p-value of Welch's test over the seeds; None with fewer than two runs of either.
        needs_seeds: Whether the two are different trainings, whose seeds vary.
    """

    first: str
    second: str
    mean: float
    low: float
    high: float
    tests: tuple[PairTest, ...]
    num_runs: tuple[int, int]
    seeds_p: float | None
    needs_seeds: bool

    @property
    def is_beyond_images(self) -> bool:
        """Whether it is more than the choice of images explains: by bootstrap, and by McNemar of one pair."""
        agrees = not self.is_of_one_pair or self.tests[0].p_value < SIGNIFICANCE
        return agrees and not self.low <= 0 <= self.high

    @property
    def is_of_one_pair(self) -> bool:
        """Whether two single runs are compared, so that one test of them tells of the whole difference."""
        return self.num_runs == (1, 1)

    @property
    def is_beyond_seeds(self) -> bool | None:
        """Whether it is more than training seeds vary; None where there are too few to know."""
        return None if self.seeds_p is None else self.seeds_p < SIGNIFICANCE


@dataclass(frozen=True)
class Duel:
    """What came out.

    Attributes:
        rows: One for each way; ``retrained`` only when there is such a run.
        differences: Retrained against merged and summed where there is one, and summed against merged.
        sentences: The outcome in plain words, the most important first.
        num_samples: Images that all were measured on.
        split: Which split they are from.
        random_mean: Mean merged accuracy of random groupings of the same sizes, share 0-1.
        drawn_by: What the bootstrap draws: ``"images"`` or ``"groups of images"``.
    """

    rows: list[DuelRow]
    differences: list[Difference]
    sentences: tuple[str, ...]
    num_samples: int
    split: str
    random_mean: float
    drawn_by: str

    @property
    def conclusion(self) -> str:
        """All sentences together."""
        return " ".join(self.sentences)

    def row(self, name: str) -> DuelRow | None:
        """Return the row of a way; None where it does not take part."""
        return next((row for row in self.rows if row.name == name), None)

    def difference(self, first: str, second: str) -> Difference | None:
        """Return the difference between two ways; None where one of them does not take part."""
        return next((each for each in self.differences if (each.first, each.second) == (first, second)), None)

    @property
    def mcnemar_p(self) -> float | None:
        """P-value of retrained against merged of the first pair of runs; None without a retrained run."""
        found = self.difference(RETRAINED, MERGED)
        return found.tests[0].p_value if found else None

    def saying(self, sentences: tuple[str, ...]) -> "Duel":
        """Return the same with sentences."""
        return replace(self, sentences=sentences)

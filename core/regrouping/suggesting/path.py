"""The path of a search: nested groupings, from every class alone to as few groups as the wishes allow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError
from core.evaluation.confusion import class_similarity, compute_confusion
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.agglomerative import AverageLinkage, CompleteLinkage, sum_units
from core.regrouping.suggesting.demands import MIN_GROUPS, Demands
from core.regrouping.suggesting.greedy import BitsKept, MacroF1
from core.regrouping.suggesting.greedy_summed import SummedAccuracy
from core.regrouping.suggesting.merging import Merger, PairValues, assign
from core.regrouping.suggesting.settings import SearchSettings

STEPWISE = ("average", "complete", "greedy")  # methods whose groupings are nested


@dataclass(frozen=True)
class MergePath:
    """Nested groupings: each has one group less than the one before.

    Attributes:
        class_names: The classes.
        unit: The unit of each class at the start, where wishes join some; int64, shape ``(num_classes,)``.
        merges: Pairs of units, ``(keep, drop)``, in the order in which their groups are merged.
    """

    class_names: tuple[str, ...]
    unit: np.ndarray
    merges: tuple[tuple[int, int], ...]

    @property
    def most(self) -> int:
        """The number of groups at the start."""
        return int(self.unit.max(initial=-1)) + 1

    @property
    def fewest(self) -> int:
        """The number of groups at the end."""
        return self.most - len(self.merges)

    def assignment(self, num_groups: int) -> np.ndarray:
        """Return a group number for each class, int64, shape ``(num_classes,)``, in order of first classes.

        Raises:
            GroupingError: The path has no grouping of that many groups.
        """
        if not self.fewest <= num_groups <= self.most:
            raise GroupingError(
                f"There is no step with {num_groups} groups; "
                f"choose a number from {self.fewest} to {self.most}."
            )
        return self.of_units(num_groups)[self.unit]

    def of_units(self, num_groups: int) -> np.ndarray:
        """Return the same for each unit, shape ``(most,)``."""
        return assign(self.most, self.merges[: self.most - num_groups])

    def grouping(self, num_groups: int) -> Grouping:
        """Return the grouping of that many groups.

        Raises:
            GroupingError: The path has no grouping of that many groups.
        """
        return Grouping.from_assignment(self.class_names, self.assignment(num_groups))

    def merged_right(self, confusion: np.ndarray) -> np.ndarray:
        """Return how many images are right by merged labels at each step, int64, shape ``(num_steps + 1,)``.

        Args:
            confusion: Counts, shape ``(num_classes, num_classes)``; the first step is the start.
        """
        cells = np.zeros((self.most, self.most), np.int64)
        np.add.at(cells, (self.unit[:, None], self.unit[None, :]), confusion)
        right = [int(np.trace(cells))]
        for keep, drop in self.merges:
            right.append(right[-1] + int(cells[keep, drop] + cells[drop, keep]))
            cells[keep] += cells[drop]
            cells[:, keep] += cells[:, drop]
        return np.array(right)


def path(
    predictions: Predictions,
    settings: SearchSettings,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> MergePath:
    """Return the nested groupings of a method that goes step by step, down to two groups if possible.

    Args:
        predictions: On the validation split.
        settings: Method, goal, wishes and locked groups; number of groups and accuracy do not matter.
        progress: Told how many merges are done, of how many; may raise to stop.

    Raises:
        GroupingError: The method does not go step by step, or wishes contradict each other.
        PredictionsError: Probabilities are not numbers.
    """
    confusion = compute_confusion(predictions)
    demands = Demands.of(predictions.class_names, settings)
    return whole_path(merger(confusion, demands, settings, predictions=predictions), progress)


def whole_path(engine: Merger, progress: Callable[[int, int], None] | None = None) -> MergePath:
    """Let an engine merge as far as the wishes allow, and return its steps."""
    engine.run(MIN_GROUPS, beyond_cap=True, progress=progress)
    return steps_of(engine)


def steps_of(engine: Merger) -> MergePath:
    """Return the steps that an engine has taken."""
    return MergePath(engine.demands.class_names, engine.demands.unit, tuple(engine.merges))


def merger(
    confusion: np.ndarray,
    demands: Demands,
    settings: SearchSettings,
    *,
    predictions: Predictions | None = None,
) -> Merger:
    """Return the engine of a method that goes step by step, before its first step.

    Raises:
        GroupingError: The method does not go step by step, or needs probabilities that are not given.
    """
    values: PairValues
    if settings.method == "greedy" and settings.goal == "summed":
        if predictions is None:
            raise GroupingError(
                "Summed probabilities cannot be raised from labels alone; choose another goal or method."
            )
        values = SummedAccuracy(predictions, class_similarity(confusion), demands)
    elif settings.method == "greedy":
        goal: Callable[[np.ndarray], PairValues] = BitsKept if settings.goal == "bits" else MacroF1
        values = goal(sum_units(confusion, demands).astype(np.int64))
    elif settings.method in STEPWISE:
        linkage = AverageLinkage if settings.method == "average" else CompleteLinkage
        values = linkage(class_similarity(confusion), demands)
    else:
        raise GroupingError(
            f"The method {settings.method} does not go step by step, so it has no path; "
            f"choose {', '.join(STEPWISE[:-1])} or {STEPWISE[-1]}."
        )
    images = np.bincount(demands.unit, confusion.sum(axis=1), demands.num_units)
    return Merger(demands, values, has_images=images > 0)

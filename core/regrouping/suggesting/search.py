"""Search groups of confused classes: any method, any number of groups or a wished accuracy, all wishes.

Everything is found on validation alone. Average and complete linkage and the greedy search go step by step
under the demands; spectral clustering and communities divide all classes at once and are then repaired.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import GroupingError
from core.evaluation.confusion import class_similarity, compute_confusion
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.agglomerative import sum_units
from core.regrouping.suggesting.communities import Communities
from core.regrouping.suggesting.demands import MIN_GROUPS, Demands
from core.regrouping.suggesting.path import STEPWISE, MergePath, merger, steps_of, whole_path
from core.regrouping.suggesting.repair import repair
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.spectral import SpectralClustering


@dataclass(frozen=True)
class Suggestion:
    """Groups that were found, and how.

    Attributes:
        grouping: The groups; locked ones are whole.
        settings: What was searched for.
        path: The steps that led there, for methods that go step by step; None for others.
    """

    grouping: Grouping
    settings: SearchSettings
    path: MergePath | None


def search(predictions: Predictions, settings: SearchSettings) -> Suggestion:
    """Return groups of classes that are confused with each other.

    Args:
        predictions: On the validation split.
        settings: Method, number of groups or wished accuracy, wishes.

    Raises:
        GroupingError: The number is out of range, wishes contradict each other or cannot all be honored, or
            no number of groups reaches the wished accuracy.
        PredictionsError: Probabilities are not numbers.
    """
    return _search(compute_confusion(predictions), predictions.class_names, settings, predictions)


def search_confusion(counts: Any, class_names: Sequence[str], settings: SearchSettings) -> Grouping:
    """Return the groups from counts alone; the greedy search then needs another goal than ``summed``.

    Args:
        counts: Confusion matrix, int, shape ``(num_classes, num_classes)``, or anything with ``dense()``.
        class_names: Names of the classes, ``num_classes`` of them.
        settings: Method, number of groups or wished accuracy, wishes.

    Raises:
        GroupingError: As ``search``, and when the goal needs probabilities.
    """
    confusion = counts if isinstance(counts, np.ndarray) else counts.dense()
    return _search(confusion, tuple(class_names), settings, None).grouping


def _search(
    confusion: np.ndarray,
    class_names: tuple[str, ...],
    settings: SearchSettings,
    predictions: Predictions | None,
) -> Suggestion:
    demands = Demands.of(class_names, settings)
    demands.check_number(MIN_GROUPS if settings.num_groups is None else settings.num_groups)
    find = _stepwise if settings.method in STEPWISE else _at_once
    assignment, steps = find(confusion, demands, settings, predictions)
    grouping = Grouping.from_assignment(class_names, assignment[demands.unit])
    return Suggestion(grouping, settings, steps)


def _stepwise(
    confusion: np.ndarray, demands: Demands, settings: SearchSettings, predictions: Predictions | None
) -> tuple[np.ndarray, MergePath]:
    engine = merger(confusion, demands, settings, predictions=predictions)
    if settings.num_groups is not None:
        engine.run(settings.num_groups)
        return _finish(engine.assignment, confusion, demands, settings.num_groups), steps_of(engine)
    steps = whole_path(engine)
    shares = steps.merged_right(confusion) / max(int(confusion.sum()), 1)
    first = int((shares < _wished(settings)).sum())  # shares never fall along the path
    # Under the limit of sizes the last few groups may differ from the path's, and be less accurate.
    candidates = range(max(steps.most - first, steps.fewest), steps.fewest - 1, -1)
    best = _first_that_reaches(
        candidates, lambda k: _finish(steps.of_units(k), confusion, demands, k), confusion, demands, settings
    )
    return best, steps


def _first_that_reaches(
    candidates: Iterable[int],
    divide: Callable[[int], np.ndarray],
    confusion: np.ndarray,
    demands: Demands,
    settings: SearchSettings,
) -> np.ndarray:
    """Return the groups of the first candidate number whose merged accuracy reaches the wished one.

    Raises:
        GroupingError: None does.
    """
    tried, accuracy = demands.num_units, 0.0
    for num_groups in candidates:
        try:
            found = divide(num_groups)
        except GroupingError:  # so few groups cannot honor the wishes
            break
        tried, accuracy = num_groups, _accuracy(found, confusion, demands)
        if accuracy >= _wished(settings):
            return found
    raise _not_reached(settings, tried, accuracy)


def _at_once(
    confusion: np.ndarray, demands: Demands, settings: SearchSettings, predictions: Predictions | None
) -> tuple[np.ndarray, None]:
    divide = _divider(confusion, demands, settings)
    if settings.num_groups is not None:
        return divide(settings.num_groups), None
    return _most_groups(divide, confusion, demands, settings), None


def _divider(
    confusion: np.ndarray, demands: Demands, settings: SearchSettings
) -> Callable[[int], np.ndarray]:
    """Return what divides the units with images into any number of groups and repairs these."""
    seen = _has_images(confusion, demands)
    sums = sum_units(class_similarity(confusion), demands)
    np.fill_diagonal(sums, 0)
    similarity = (sums / np.multiply.outer(demands.sizes, demands.sizes))[np.ix_(seen, seen)]
    method: SpectralClustering | Communities
    if settings.method == "spectral":
        method = SpectralClustering(similarity)
    else:
        method = Communities(similarity, leiden=settings.method == "leiden", seed=settings.seed)

    def divide(num_groups: int) -> np.ndarray:
        num_seen, num_empty = int(seen.sum()), int((~seen).sum())
        assignment = np.arange(demands.num_units) + demands.num_units
        if num_seen:
            assignment[seen] = method.assignment(min(num_seen, max(num_groups - num_empty, MIN_GROUPS)))
        return _finish(np.unique(assignment, return_inverse=True)[1], confusion, demands, num_groups)

    return divide


def _most_groups(
    divide: Callable[[int], np.ndarray], confusion: np.ndarray, demands: Demands, settings: SearchSettings
) -> np.ndarray:
    """Halve in on the largest number of groups whose merged accuracy reaches the wished one.

    Accuracy falls with the number of groups, here nearly always; what is returned does reach it.
    """
    low, high = MIN_GROUPS, max(demands.num_units, MIN_GROUPS)
    best: np.ndarray | None = None
    fewest, highest = high, 0.0
    while low <= high:
        middle = (low + high) // 2
        try:
            found = divide(middle)
        except GroupingError:  # so few groups cannot honor the wishes
            low = middle + 1
            continue
        accuracy = _accuracy(found, confusion, demands)
        if accuracy >= _wished(settings):
            best, low = found, middle + 1
        else:
            fewest, highest, high = middle, max(accuracy, highest), middle - 1
    if best is None:
        raise _not_reached(settings, fewest, highest)
    return best


def _finish(assignment: np.ndarray, confusion: np.ndarray, demands: Demands, num_groups: int) -> np.ndarray:
    """Repair groups of units; nothing changes where they honor all demands and are as many as wanted."""
    has_images = _has_images(confusion, demands)
    return repair(assignment, class_similarity(confusion), demands, num_groups, has_images=has_images)


def _has_images(confusion: np.ndarray, demands: Demands) -> np.ndarray:
    return np.bincount(demands.unit, confusion.sum(axis=1), demands.num_units) > 0


def _accuracy(assignment: np.ndarray, confusion: np.ndarray, demands: Demands) -> float:
    """Return the merged accuracy, 0-1: the share of images whose group was predicted."""
    group = assignment[demands.unit]
    true, predicted = np.nonzero(confusion)
    right = confusion[true, predicted][group[true] == group[predicted]].sum()
    return float(right) / max(int(confusion.sum()), 1)


def _wished(settings: SearchSettings) -> float:
    assert settings.accuracy is not None
    return settings.accuracy - 1e-12  # a share of images, as a person types it


def _not_reached(settings: SearchSettings, num_groups: int, accuracy: float) -> GroupingError:
    return GroupingError(
        f"No number of groups reaches a merged accuracy of {settings.accuracy} on validation: "
        f"{num_groups} groups have {accuracy:.4f}; wish for less, or take a wish for the groups away."
    )

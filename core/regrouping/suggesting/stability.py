"""How surely a suggestion holds: the search is repeated on images drawn anew, with replacement.

The bootstrap (Efron, 1979) over images, or over groups of images that belong together (patient, track);
with several runs each draw takes one of them, so that the chance of training counts too. What is reported
for a pair of classes is the share of draws in which both are in one group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError, PredictionsError
from core.evaluation.confusion import check_finite
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.search import search, search_confusion
from core.regrouping.suggesting.settings import SearchSettings

STABLE_SHARE = 0.8  # of draws: pairs put together at least so often count as stable


@dataclass(frozen=True)
class Stability:
    """How often classes were put together.

    Attributes:
        class_names: The classes.
        pair_share: Share of draws (0-1) in which two classes were in one group, float32, shape
            ``(num_classes, num_classes)``; 1 on the diagonal.
        num_draws: Searches repeated.
    """

    class_names: tuple[str, ...]
    pair_share: np.ndarray
    num_draws: int

    def of_groups(self, grouping: Grouping) -> np.ndarray:
        """Return the least share of a pair within each group, float64, shape ``(num_groups,)``.

        A class that stands alone has 1.

        Raises:
            GroupingError: The grouping is for other classes.
        """
        if grouping.class_names != self.class_names:
            raise GroupingError("The groups are for other classes; measure their stability on their own run.")
        shares = np.ones(grouping.num_groups)
        order = np.argsort(grouping.group_of_class, kind="stable")
        sizes = np.bincount(grouping.group_of_class, minlength=grouping.num_groups)
        ends = np.cumsum(sizes)
        for group in np.flatnonzero(sizes > 1):
            members = order[ends[group] - sizes[group] : ends[group]]
            shares[group] = self.pair_share[np.ix_(members, members)].min()
        return shares

    def is_stable(self, grouping: Grouping) -> np.ndarray:
        """Return whether all pairs of a group were together in at least 80 % of draws, bool.

        Raises:
            GroupingError: The grouping is for other classes.
        """
        return self.of_groups(grouping) >= STABLE_SHARE - 1e-6  # shares are float32


def bootstrap_stability(
    predictions: Sequence[Predictions],
    settings: SearchSettings,
    *,
    num_draws: int = 50,
    clusters: np.ndarray | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Stability:
    """Repeat a search on images drawn anew and count which classes come together.

    Args:
        predictions: Of one run, or of several of the same classes, on the validation split.
        settings: The search. With a wished accuracy its number of groups is found once, on all images.
        num_draws: How often to search.
        clusters: For each image of the first run the number of its group, int, shape ``(num_samples,)``:
            groups are drawn instead of images. Only where all runs have the same images.
        progress: Told how many draws are done, of how many; may raise to stop.

    Raises:
        GroupingError: As ``search``; or runs know different classes.
        PredictionsError: There are no images, or probabilities are not numbers.
    """
    first = predictions[0]
    if any(other.class_names != first.class_names for other in predictions):
        raise GroupingError("The runs know different classes; choose runs of the same dataset and classes.")
    if not all(other.num_samples for other in predictions):
        raise PredictionsError("A run has no validation images; choose runs that have some.")
    for each in predictions:
        check_finite(each)
    settings = with_number(first, settings)
    rng = np.random.default_rng(settings.seed)
    together = np.zeros((first.num_classes, first.num_classes), np.int32)
    for draw in range(num_draws):
        chosen = predictions[draw % len(predictions)]
        images = _draw(chosen.num_samples, clusters, rng)
        group = _groups(chosen, images, settings)
        together += group[:, None] == group
        if progress is not None:
            progress(draw + 1, num_draws)
    return Stability(first.class_names, (together / num_draws).astype(np.float32), num_draws)


def with_number(predictions: Predictions, settings: SearchSettings) -> SearchSettings:
    """Return the settings with the number of groups that a wished accuracy gives on these predictions.

    Raises:
        GroupingError: As ``search``.
    """
    if settings.num_groups is not None:
        return settings
    return settings.for_number(search(predictions, settings).grouping.num_groups)


def _draw(num_samples: int, clusters: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Return rows of images drawn with replacement, whole groups of images where there are such."""
    if clusters is None or len(clusters) != num_samples:
        return rng.integers(num_samples, size=num_samples)
    names, number = np.unique(clusters, return_inverse=True)
    times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
    return np.repeat(np.arange(num_samples), times[number])


def _groups(chosen: Predictions, images: np.ndarray, settings: SearchSettings) -> np.ndarray:
    """Return the group of each class, found on drawn images."""
    if settings.method == "greedy" and settings.goal == "summed":
        images = np.sort(images)
        drawn = Predictions(
            chosen.split,
            chosen.class_names,
            chosen.y_true[images],
            chosen.probs[images],
            chosen.sample_ids[images],
        )
        return search(drawn, settings).grouping.group_of_class
    cells = chosen.y_true[images] * chosen.num_classes + chosen.y_pred[images]
    counts = np.bincount(cells, minlength=chosen.num_classes**2)
    confusion = counts.reshape(chosen.num_classes, chosen.num_classes)
    return search_confusion(confusion, chosen.class_names, settings).group_of_class

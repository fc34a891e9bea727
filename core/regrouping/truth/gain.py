"""What a grouping really gains: its accuracy beside what chance gives to groups like it.

Fewer classes are easier, so accuracy rises with any merging. For groups that a person made, chance is 1,000
random groupings of the same sizes. A search picks, among very many groupings, the one that suits the mistakes
of these images best, so even mistakes without any pattern give it a gain; for suggested groups chance is
therefore the same search repeated on mistakes dealt anew (``core.regrouping.truth.dealing``). Locked groups
and must-link pairs were mostly chosen by looking at these mistakes, too: the repetitions do without them.

The interval of the real gain sets the accuracy beside the middle 95 % of what chance gives. It covers 0
exactly when a two-sided permutation test at 5 % finds nothing, and so in 95 % of cases in which there is
nothing to find (p-values that are never 0: Phipson and Smyth 2010, https://doi.org/10.2202/1544-6115.1585).
It does not tell how much the gain would differ on other images: the intervals of the accuracies tell that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from core.errors import GroupingError
from core.evaluation.confusion import check_finite, confusion_matrix
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.fit import check_fits
from core.regrouping.scoring.score import GroupingScore
from core.regrouping.suggesting.settings import SearchSettings

TAIL = 0.025  # share of chance on each side of its middle 95 %
MIN_DRAWS = 39  # fewer have no middle 95 %
NUM_SEARCHES = 199  # p-values down to 1 / 200
NUM_FEW_SEARCHES = 39  # of so many classes that each takes seconds
MANY_CLASSES = 500

Chance = Literal["groupings", "searches"]


@dataclass(frozen=True)
class Gain:
    """Accuracy (share 0-1) by merged labels, beside what chance gives, on one split.

    Attributes:
        chance: Of what chance is made: random ``"groupings"`` of the same sizes, or ``"searches"`` repeated
            on mistakes dealt anew.
        num_draws: How many of them.
        num_samples: Images measured.
        before: Accuracy before merging.
        merged: Accuracy after merging.
        chance_mean: Mean accuracy that chance gives.
        chance_low: Lower end of the middle 95 % of chance.
        chance_high: Upper end of the same.
        p_value: Share of chance at least as accurate, this grouping counted among it; never 0.
        draws: Accuracy of every draw, shape ``(num_draws,)``; empty where they were not kept.
    """

    chance: Chance
    num_draws: int
    num_samples: int
    before: float
    merged: float
    chance_mean: float
    chance_low: float
    chance_high: float
    p_value: float
    draws: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False, compare=False)

    @property
    def total(self) -> float:
        """What merging gains in all."""
        return self.merged - self.before

    @property
    def free(self) -> float:
        """What merging gives for free: the gain that chance has too."""
        return self.chance_mean - self.before

    @property
    def real(self) -> float:
        """What is gained beyond chance."""
        return self.merged - self.chance_mean

    @property
    def real_low(self) -> float:
        """Lower end of the real gain's 95 % interval."""
        return self.merged - self.chance_high

    @property
    def real_high(self) -> float:
        """Upper end of the same."""
        return self.merged - self.chance_low

    @property
    def figures(self) -> dict[str, float | int | str]:
        """All figures by name, for a command."""
        kept = {name: value for name, value in vars(self).items() if name != "draws"}
        names = ("total", "free", "real", "real_low", "real_high")
        return kept | {name: getattr(self, name) for name in names}

    @property
    def is_shown(self) -> bool:
        """Whether the real gain is told from chance: its interval lies above 0."""
        return self.real_low > 0


def chance_gain(score: GroupingScore) -> Gain | None:
    """Return the gain over random groupings of the same sizes, from a score; None when nothing is merged.

    Args:
        score: What ``score_grouping`` measured.
    """
    if score.num_groups == score.num_classes:
        return None
    return Gain(
        chance="groupings",
        num_draws=score.num_random,
        num_samples=score.num_samples,
        before=score.accuracy_before,
        merged=score.accuracy_merged,
        chance_mean=score.random_mean,
        chance_low=score.random_low,
        chance_high=score.random_high,
        p_value=score.p_value,
    )


def num_searches(num_classes: int) -> int:
    """Return how often a search is repeated where nothing else is asked for.

    >>> num_searches(73), num_searches(1000)
    (199, 39)
    """
    return NUM_SEARCHES if num_classes < MANY_CLASSES else NUM_FEW_SEARCHES


def search_behind(origin: Mapping[str, Any] | None) -> SearchSettings | None:
    """Return the settings of a search as a state or a saved grouping keeps them, if there are any."""
    if origin is None:
        return None
    try:
        return SearchSettings.model_validate(dict(origin))
    except ValidationError:
        return None  # made by another version: told apart from chance as if made by hand


def search_gain(
    predictions: Predictions,
    grouping: Grouping,
    settings: SearchSettings,
    *,
    num_draws: int = NUM_SEARCHES,
    clusters: np.ndarray | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Gain | None:
    """Return the gain of suggested groups over the same search on mistakes dealt anew.

    Args:
        predictions: Those that the groups were searched on.
        grouping: What was found.
        settings: How it was searched for; each repetition looks for as many groups as ``grouping`` has,
            without locked groups and must-link pairs.
        num_draws: How many searches, at least 39.
        clusters: Which images belong together, as of ``clusters_of``, int, shape ``(num_samples,)``.
        progress: Called with (done, total) after each search; what it raises stops the work.

    Returns:
        The gain; None when nothing is merged.

    Raises:
        GroupingError: The grouping is for other classes, or the draws are too few.
        PredictionsError: There are no images, or probabilities that are not numbers.
    """
    check_fits(predictions, grouping)
    check_finite(predictions)
    if num_draws < MIN_DRAWS:
        raise GroupingError(f"{num_draws} searches cannot give a 95 % interval; ask for {MIN_DRAWS} or more.")
    if grouping.num_groups == grouping.num_classes:
        return None
    from core.regrouping.truth.dealing import deal_mistakes  # noqa: PLC0415

    wanted = _repeated(settings, grouping)
    y_true, y_pred = predictions.y_true, predictions.y_pred
    draws = np.empty(num_draws)
    dealt = deal_mistakes(y_true, y_pred, num_draws=num_draws, seed=settings.seed, clusters=clusters)
    for k, source in enumerate(dealt):
        group_of_class = _search(predictions, source, wanted).group_of_class
        draws[k] = np.mean(group_of_class[y_true] == group_of_class[y_pred[source]])
        if progress is not None:
            progress(k + 1, num_draws)
    groups = grouping.group_of_class
    return compare_with_chance(
        float(np.mean(y_true == y_pred)),
        float(np.mean(groups[y_true] == groups[y_pred])),
        draws,
        num_samples=predictions.num_samples,
    )


def compare_with_chance(before: float, merged: float, draws: np.ndarray, *, num_samples: int) -> Gain:
    """Set an accuracy beside those of repeated searches.

    The middle 95 % lies between the k-th smallest and the k-th largest draw, k = 2.5 % of one more than the
    draws, so that an accuracy that is itself chance falls outside in at most 5 % of cases.

    Args:
        before: Accuracy before merging, 0-1.
        merged: Accuracy after merging, 0-1.
        draws: Accuracies that chance gave, float, shape ``(num_draws,)``.
        num_samples: Images measured.
    """
    drawn = np.sort(draws)
    k = int(TAIL * (len(drawn) + 1))
    tolerance = 0.5 / num_samples  # equal counts must not differ by rounding
    return Gain(
        chance="searches",
        num_draws=len(drawn),
        num_samples=num_samples,
        before=before,
        merged=merged,
        chance_mean=float(drawn.mean()),
        chance_low=float(drawn[k - 1]),
        chance_high=float(drawn[-k]),
        p_value=float((1 + np.sum(drawn >= merged - tolerance)) / (1 + len(drawn))),
        draws=draws,
    )


def _repeated(settings: SearchSettings, grouping: Grouping) -> SearchSettings:
    """Settings of the repetitions: at least as free as the search was, for as many groups."""
    from core.regrouping.suggesting.demands import max_group_size  # noqa: PLC0415

    largest = max(map(len, grouping.members.values()))
    has_blob = largest > max_group_size(grouping.num_classes, grouping.num_groups)
    return settings.model_copy(
        update={
            "num_groups": grouping.num_groups,
            "accuracy": None,
            "locked": (),
            "wishes": settings.wishes.model_copy(update={"must_link": ()}),
            "allow_blob": settings.allow_blob or has_blob,
        }
    )


def _search(predictions: Predictions, source: np.ndarray, settings: SearchSettings) -> Grouping:
    """Repeat the search on dealt answers: their confusions, or their probabilities where those count."""
    from core.regrouping.suggesting.search import search, search_confusion  # noqa: PLC0415

    if settings.method == "greedy" and settings.goal == "summed":
        y_pred, probs = predictions.y_pred[source], predictions.probs[source]
        return search(replace(predictions, probs=probs, known_y_pred=y_pred), settings).grouping
    dealt = confusion_matrix(predictions.y_true, predictions.y_pred[source], predictions.num_classes)
    return search_confusion(dealt, predictions.class_names, settings)

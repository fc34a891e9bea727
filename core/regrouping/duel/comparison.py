"""The duel: the full model, the full model merged afterward, and a model trained on the groups.

All on the same images, that none of them was trained on. Whether two models differ by more than chance
is told by the exact test of McNemar (1947), https://doi.org/10.1007/BF02295996, on the images where just
one of them is right.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError, PredictionsError
from core.evaluation.confusion import check_finite, confusion_matrix
from core.evaluation.report import report_confusion
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import check_fits, random_accuracies, sum_probs
from core.words import SPLIT_NAMES

FULL, MERGED, SUMMED, RETRAINED = "full", "full then merged", "full summed", "retrained"
SIGNIFICANCE = 0.05  # below this p-value a difference is called larger than chance would give


@dataclass(frozen=True)
class DuelRow:
    """One way to get the answer; shares are 0-1.

    Attributes:
        name: ``full`` (fine classes), ``full then merged``, ``full summed`` or ``retrained`` (groups).
        num_classes: How many classes it tells apart.
        accuracy: Share of images answered rightly, among these classes.
        low: Lower end of the 95 % Wilson interval of the accuracy.
        high: Upper end of the same.
        balanced_accuracy: Mean recall of the classes that occur.
        macro_f1: Mean F1 of the classes that occur or are predicted.
    """

    name: str
    num_classes: int
    accuracy: float
    low: float
    high: float
    balanced_accuracy: float
    macro_f1: float


@dataclass(frozen=True)
class Duel:
    """What came out.

    Attributes:
        rows: One for each way; ``retrained`` only when there is such a run.
        mcnemar_p: Exact two-sided p-value of retrained against merged; None without a retrained run.
        summed_p: The same of retrained against summed.
        sentences: The outcome in plain words, the most important first.
        num_samples: Images that all were measured on.
        split: Which split they are from.
        random_mean: Mean merged accuracy of random groupings of the same sizes, share 0-1.
    """

    rows: list[DuelRow]
    mcnemar_p: float | None
    summed_p: float | None
    sentences: tuple[str, ...]
    num_samples: int
    split: str
    random_mean: float

    @property
    def conclusion(self) -> str:
        """All sentences together."""
        return " ".join(self.sentences)


def compare_on_test(full: Predictions, grouping: Grouping, retrained: Predictions | None) -> Duel:
    """Compare a full model, merged, with a model trained on the groups, on the images common to both.

    Args:
        full: Predictions of the run that knows all classes, usually on the test split.
        grouping: Which classes count as one.
        retrained: Predictions of the run that was trained on the groups; None when there is none yet.

    Raises:
        GroupingError: The grouping is for other classes, or the retrained run for other groups.
        PredictionsError: There are no (common) images, they have other labels, or values are not numbers.
    """
    if retrained is not None:
        full, retrained = _common_images(full, retrained)
    check_fits(full, grouping)
    check_finite(full)
    confusion = confusion_matrix(full.y_true, full.y_pred, full.num_classes)
    group_true = grouping.group_of_class[full.y_true]
    merged = grouping.group_of_class[full.y_pred]
    answers = {MERGED: merged, SUMMED: sum_probs(full.probs, grouping).argmax(axis=1)}
    p_values: dict[str, float] = {}
    if retrained is not None:
        learned = _answers_in_groups(retrained, grouping, group_true)
        right = learned == group_true
        p_values = {name: mcnemar_test(right, answer == group_true) for name, answer in answers.items()}
        answers[RETRAINED] = learned
    rows = [_row(FULL, confusion, full.class_names)]
    for name, answer in answers.items():
        groups = confusion_matrix(group_true, answer, grouping.num_groups)
        rows.append(_row(name, groups, grouping.group_names))
    random_mean = float(random_accuracies(confusion, grouping).mean())
    images = f"{full.num_samples:,} {SPLIT_NAMES[full.split]} images"
    return Duel(
        rows=rows,
        mcnemar_p=p_values.get(MERGED),
        summed_p=p_values.get(SUMMED),
        sentences=_conclude(rows, p_values, random_mean=random_mean, images=images),
        num_samples=full.num_samples,
        split=full.split,
        random_mean=random_mean,
    )


def mcnemar_test(first_right: np.ndarray, second_right: np.ndarray) -> float:
    """Return the exact two-sided p-value that two models are equally often right.

    Args:
        first_right: Whether the first model is right, bool, shape ``(num_samples,)``.
        second_right: The same of the second model, on the same images.

    >>> mcnemar_test(np.array([True] * 5 + [False]), np.array([False] * 5 + [False]))
    0.0625
    """
    only_first = int(np.sum(first_right & ~second_right))
    only_second = int(np.sum(second_right & ~first_right))
    if not only_first + only_second:
        return 1.0
    from scipy.stats import binomtest  # noqa: PLC0415

    return float(binomtest(only_first, only_first + only_second).pvalue)


def _common_images(full: Predictions, retrained: Predictions) -> tuple[Predictions, Predictions]:
    _, rows, other_rows = np.intersect1d(full.sample_ids, retrained.sample_ids, return_indices=True)
    if not len(rows):
        raise PredictionsError(
            f"The two runs have no image of the {SPLIT_NAMES[full.split]} split in common; "
            f"train the groups again on the same dataset and split."
        )
    return _take(full, np.sort(rows)), _take(retrained, other_rows[np.argsort(rows)])


def _take(predictions: Predictions, rows: np.ndarray) -> Predictions:
    return Predictions(
        split=predictions.split,
        class_names=predictions.class_names,
        y_true=predictions.y_true[rows],
        probs=predictions.probs[rows],
        sample_ids=predictions.sample_ids[rows],
    )


def _answers_in_groups(retrained: Predictions, grouping: Grouping, group_true: np.ndarray) -> np.ndarray:
    """The retrained run's answers, numbered as the grouping numbers its groups."""
    if set(retrained.class_names) != set(grouping.group_names):
        raise GroupingError(
            f"The retrained run knows {retrained.num_classes} classes that are not the {grouping.num_groups} "
            f"groups of this grouping; choose a run that was trained on it, or train on these groups."
        )
    check_finite(retrained)
    number = {name: index for index, name in enumerate(grouping.group_names)}
    renumbered = np.array([number[name] for name in retrained.class_names])
    num_other = int(np.sum(renumbered[retrained.y_true] != group_true))
    if num_other:
        raise PredictionsError(
            f"{num_other:,} images have another group in the retrained run than in this grouping: "
            f"the dataset or the grouping was changed in between; train on these groups again."
        )
    return renumbered[retrained.y_pred]


def _row(name: str, confusion: np.ndarray, class_names: tuple[str, ...]) -> DuelRow:
    report = report_confusion(confusion, class_names)
    return DuelRow(
        name=name,
        num_classes=len(class_names),
        accuracy=report.accuracy,
        low=report.accuracy_low,
        high=report.accuracy_high,
        balanced_accuracy=report.balanced_accuracy,
        macro_f1=report.macro_f1,
    )


def _conclude(
    rows: list[DuelRow], p_values: dict[str, float], *, random_mean: float, images: str
) -> tuple[str, ...]:
    by_name = {row.name: row for row in rows}
    full, merged, summed = by_name[FULL], by_name[MERGED], by_name[SUMMED]
    merging = (
        f"Merging alone takes the full model from {full.accuracy:.1%} ({full.num_classes} classes) to "
        f"{merged.accuracy:.1%} ({merged.num_classes} groups); random groups of the same sizes would give "
        f"{random_mean:.1%} on average."
    )
    if not p_values:
        return f"On {images}: {merging}", "No run was trained on these groups yet."
    retrained = by_name[RETRAINED]
    against_merged = _outcome(retrained, merged, "merging afterward", p_values[MERGED])
    against_summed = _outcome(retrained, summed, "summing the full model's probabilities", p_values[SUMMED])
    return f"On the same {images}, {against_merged}.", f"Besides, {against_summed}.", merging


def _outcome(retrained: DuelRow, other: DuelRow, other_words: str, p: float) -> str:
    """One model against another: which is better, by how much, and whether chance explains it."""
    ours = f"training again on the groups ({retrained.accuracy:.1%})"
    theirs = f"{other_words} ({other.accuracy:.1%})"
    points = 100 * (retrained.accuracy - other.accuracy)
    if not round(points, 1):
        return f"{ours} and {theirs} are equally good"
    better, worse = (ours, theirs) if points > 0 else (theirs, ours)
    verdict = "more than chance explains" if p < SIGNIFICANCE else "which chance alone can explain"
    return f"{better} is {abs(points):.1f} points better than {worse}, {verdict} (p {_p_words(p)})"


def _p_words(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"

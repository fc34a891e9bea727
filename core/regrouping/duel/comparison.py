"""The duel: the full model, the full model merged afterward or summed, and a model trained on the groups.

All on the same images, that none of them was trained on, and for every training seed there is. What the
differences prove is in ``core.regrouping.duel.significance``, what may be said of them in
``core.regrouping.duel.conclusion``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import PredictionsError
from core.evaluation.agreement import cohen_kappa
from core.evaluation.confusion import check_finite, confusion_matrix
from core.evaluation.intervals import accuracy_interval, bootstrap_mean, drawn_by_words
from core.evaluation.report import report_confusion
from core.regrouping.duel.conclusion import conclude
from core.regrouping.duel.contenders import Contender, answers_in_groups, common_images, rows_of
from core.regrouping.duel.results import (
    FULL,
    MERGED,
    RETRAINED,
    SUMMED,
    Difference,
    Duel,
    DuelRow,
    PairTest,
    Spread,
)
from core.regrouping.duel.significance import mcnemar_test, welch_test
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.fit import check_fits
from core.regrouping.scoring.random_groupings import mean_random_accuracy
from core.regrouping.scoring.scorer import Scorer

PAIRS = ((RETRAINED, MERGED), (RETRAINED, SUMMED), (SUMMED, MERGED))


@dataclass(frozen=True)
class _Way:
    """One way to answer: the answers of each of its runs.

    Attributes:
        class_names: What it tells apart.
        y_true: True answers, shape ``(num_samples,)``.
        answers: Shape ``(num_runs, num_samples)``.
        runs: The runs.
    """

    class_names: tuple[str, ...]
    y_true: np.ndarray
    answers: np.ndarray
    runs: tuple[Contender, ...]

    @property
    def right(self) -> np.ndarray:
        """Whether each answer is right, bool, shape ``(num_runs, num_samples)``."""
        return np.asarray(self.answers == self.y_true)


def compare(
    full: Sequence[Contender],
    grouping: Grouping,
    retrained: Sequence[Contender] = (),
    *,
    clusters: np.ndarray | None = None,
) -> Duel:
    """Compare full models, merged, with models trained on the groups, on the images common to all.

    Args:
        full: One or several runs that know all classes; they differ in nothing but the seed.
        grouping: Which classes count as one.
        retrained: Runs that were trained on the groups, with the same settings; may be none.
        clusters: Which images of the first full run belong together, as of ``clusters_of``, shape
            ``(num_samples,)``; the bootstrap then draws these, and not single images.

    Raises:
        GroupingError: The grouping is for other classes, or a retrained run for other groups.
        PredictionsError: There are no (common) images, they have other labels, or values are not numbers.
    """
    for each in full:
        check_fits(each.predictions, grouping)
        check_finite(each.predictions)
    sample_ids = common_images([*full, *retrained])
    together = None if clusters is None else clusters[rows_of(full[0].predictions, sample_ids)]
    ways = _ways(full, grouping, retrained, sample_ids)
    rows = [_row(name, way, together) for name, way in ways.items()]
    differences = [
        _difference(names, ways, together) for names in PAIRS if names[0] in ways and names[1] in ways
    ]
    duel = Duel(
        rows=rows,
        differences=differences,
        sentences=(),
        num_samples=len(sample_ids),
        split=full[0].predictions.split,
        random_mean=_random_mean(ways[FULL], grouping),
        drawn_by=drawn_by_words(together),
    )
    return duel.saying(conclude(duel))


def _ways(
    full: Sequence[Contender], grouping: Grouping, retrained: Sequence[Contender], sample_ids: np.ndarray
) -> dict[str, _Way]:
    predictions = [each.predictions for each in full]
    rows = [rows_of(each, sample_ids) for each in predictions]
    y_true = predictions[0].y_true[rows[0]]
    for contender, taken in zip(full, rows, strict=True):
        num_other = int(np.sum(contender.predictions.y_true[taken] != y_true))
        if num_other:
            raise PredictionsError(
                f"{num_other:,} images have another class in {contender.run_id} than in {full[0].run_id}: "
                f"the dataset was changed in between; train one of them again, or compare without it."
            )
    answers = np.stack([each.y_pred[taken] for each, taken in zip(predictions, rows, strict=True)])
    group_true = grouping.group_of_class[y_true]
    summed = np.stack(
        [Scorer(each).summed_answer(grouping)[r] for each, r in zip(predictions, rows, strict=True)]
    )
    runs, groups = tuple(full), grouping.group_names
    ways = {
        FULL: _Way(grouping.class_names, y_true, answers, runs),
        MERGED: _Way(groups, group_true, grouping.group_of_class[answers], runs),
        SUMMED: _Way(groups, group_true, summed, runs),
    }
    if retrained:
        learned = [answers_in_groups(each, grouping, group_true, sample_ids) for each in retrained]
        ways[RETRAINED] = _Way(groups, group_true, np.stack(learned), tuple(retrained))
    return ways


def _row(name: str, way: _Way, clusters: np.ndarray | None) -> DuelRow:
    confusions = [confusion_matrix(way.y_true, answer, len(way.class_names)) for answer in way.answers]
    reports = [report_confusion(confusion, way.class_names) for confusion in confusions]
    interval = accuracy_interval(way.right.mean(axis=0), clusters=clusters)
    accuracy, balanced, macro_f1, kappa, seconds = (
        Spread.of(values)
        for values in (
            [report.accuracy for report in reports],
            [report.balanced_accuracy for report in reports],
            [report.macro_f1 for report in reports],
            [cohen_kappa(confusion) for confusion in confusions],
            [run.seconds for run in way.runs],
        )
    )
    return DuelRow(
        name=name,
        num_classes=len(way.class_names),
        runs=tuple(run.run_id for run in way.runs),
        accuracies=tuple(report.accuracy for report in reports),
        run_seconds=tuple(run.seconds for run in way.runs),
        accuracy=accuracy.mean,
        accuracy_sd=accuracy.sd,
        low=interval.low,
        high=interval.high,
        balanced_accuracy=balanced.mean,
        balanced_accuracy_sd=balanced.sd,
        macro_f1=macro_f1.mean,
        macro_f1_sd=macro_f1.sd,
        kappa=kappa.mean,
        kappa_sd=kappa.sd,
        seconds=seconds.mean,
        seconds_sd=seconds.sd,
    )


def _num_drawn(right: np.ndarray, clusters: np.ndarray | None) -> int:
    """How many images, or groups of them, the bootstrap draws."""
    return right.shape[1] if clusters is None else len(np.unique(clusters))


def _difference(names: tuple[str, str], ways: dict[str, _Way], clusters: np.ndarray | None) -> Difference:
    first, second = (ways[name] for name in names)
    gains = first.right.mean(axis=0) - second.right.mean(axis=0)  # (num_samples,)
    is_one = _num_drawn(first.right, clusters) == 1  # of which nothing can be concluded
    low, high = (-1.0, 1.0) if is_one else bootstrap_mean(gains, clusters=clusters)
    is_same_network = first.runs == second.runs
    return Difference(
        first=names[0],
        second=names[1],
        mean=float(gains.mean()),
        low=low,
        high=high,
        tests=_pair_tests(first, second),
        num_runs=(len(first.runs), len(second.runs)),
        seeds_p=None if is_same_network else welch_test(first.right.mean(axis=1), second.right.mean(axis=1)),
        needs_seeds=not is_same_network,
    )


def _pair_tests(first: _Way, second: _Way) -> tuple[PairTest, ...]:
    """McNemar's test of each pair of runs with the same seed; without one, of the two first runs."""
    at = {run.seed: index for index, run in reversed(list(enumerate(second.runs)))}
    pairs = [(index, at[run.seed]) for index, run in enumerate(first.runs) if run.seed in at] or [(0, 0)]
    return tuple(
        PairTest(first.runs[i].run_id, second.runs[j].run_id, mcnemar_test(first.right[i], second.right[j]))
        for i, j in pairs
    )


def _random_mean(full: _Way, grouping: Grouping) -> float:
    confusions = (confusion_matrix(full.y_true, answer, grouping.num_classes) for answer in full.answers)
    return float(np.mean([mean_random_accuracy(confusion, grouping) for confusion in confusions]))

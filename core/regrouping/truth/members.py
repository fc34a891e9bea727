"""Winners and losers of a merging: each old class and each group, before and after.

Sensitivity is the share of a class's images that are answered with it, or after merging with its group;
specificity the share of all other images that are not. A class wins when the two together rise, and loses
when they fall: Youden's index, sensitivity + specificity - 1, Youden (1950),
https://pubmed.ncbi.nlm.nih.gov/15405679/.

A group is *dominated* when one of its classes has at least twice as many images as all the others together,
and of the others' images fewer than half are answered with another class of the group than the dominating
one. Such a group is right only because that class dominates it: its other classes are either missed, or taken
for it.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts

DOMINATES = 2.0  # times as many images as the other classes of the group together
STANDS = 0.5  # share of the others' images that has to be right without the dominating class

MEANINGS = {
    "sensitivity": "Of the images of this class, the share answered with it; after merging, with its group.",
    "specificity": "Of the images of all other classes, the share not answered with this class; after "
    "merging, of the images outside the group, the share not answered with the group.",
    "change": "Sensitivity and specificity together, after minus before: below 0 the class loses by merging.",
    "support": "How many images of this class, or group, were measured.",
    "dominated": "One class has at least twice as many images as all others of the group together, and of "
    "the others' images fewer than half are answered with a class of the group other than that one: the "
    "group is right only because of that class.",
}


class Answers(NamedTuple):
    """Groups answered for images, such as by summed probabilities.

    Attributes:
        y_true: True class of each image, int, shape ``(num_samples,)``.
        groups: Group answered for it, int, shape ``(num_samples,)``.
    """

    y_true: np.ndarray
    groups: np.ndarray


class _Rates(NamedTuple):
    sensitivity: np.ndarray
    specificity: np.ndarray


def class_changes(
    counts: SparseCounts, grouping: Grouping, *, answers: Answers | None = None
) -> pd.DataFrame:
    """Return what merging does to each class, the greatest loss first.

    Args:
        counts: Rows true, columns predicted classes.
        grouping: Which classes count as one.
        answers: Groups answered in another way; without them the group of the predicted class is the answer.

    Returns:
        One row a class: ``class group support sensitivity_before sensitivity specificity_before specificity
        change``. Shares are 0-1, NaN for a class without images, or for a group that has all of them.
    """
    _check(counts, grouping)
    groups = grouping.group_of_class
    before = _rates(counts.rows, counts.columns, counts.counts, np.arange(grouping.num_classes))
    cells = answers or Answers(counts.rows, groups[counts.columns])
    images = np.ones(len(cells.y_true), np.int64) if answers else counts.counts
    after = _rates(cells.y_true, cells.groups, images, groups)
    table = pd.DataFrame(
        {
            "class": grouping.class_names,
            "group": np.asarray(grouping.group_names, dtype=object)[groups],
            "support": _sums(counts.rows, counts.counts, grouping.num_classes),
            "sensitivity_before": before.sensitivity,
            "sensitivity": after.sensitivity,
            "specificity_before": before.specificity,
            "specificity": after.specificity[groups],
        }
    )
    gained = table["sensitivity"] - table["sensitivity_before"]
    table["change"] = gained + (table["specificity"] - table["specificity_before"]).fillna(0)
    return table.sort_values("change", kind="stable", na_position="last", ignore_index=True)


def group_rates(counts: SparseCounts, grouping: Grouping, *, answers: Answers | None = None) -> pd.DataFrame:
    """Return how well each group is told from all others, the largest group of classes first.

    Args:
        counts: Rows true, columns predicted classes.
        grouping: Which classes count as one.
        answers: As in ``class_changes``; whether a group is dominated is always told by the predicted
            classes.

    Returns:
        One row a group: ``group num_classes support sensitivity specificity dominated_by``, the last the name
        of the class that dominates it or an empty text. Shares are 0-1 or NaN.
    """
    _check(counts, grouping)
    groups, num_groups = grouping.group_of_class, grouping.num_groups
    if answers:
        truth, answered, images = (
            groups[answers.y_true],
            answers.groups,
            np.ones(len(answers.groups), np.int64),
        )
    else:
        truth, answered, images = groups[counts.rows], groups[counts.columns], counts.counts
    rates = _rates(truth, answered, images, np.arange(num_groups))
    table = pd.DataFrame(
        {
            "group": grouping.group_names,
            "num_classes": np.bincount(groups, minlength=num_groups),
            "support": _sums(truth, images, num_groups),
            "sensitivity": rates.sensitivity,
            "specificity": rates.specificity,
            "dominated_by": dominated_by(counts, grouping),
        }
    )
    return table.sort_values("num_classes", ascending=False, kind="stable", ignore_index=True)


def dominated_by(counts: SparseCounts, grouping: Grouping) -> list[str]:
    """Return for each group the class because of which alone it is right; empty text where there is none.

    Args:
        counts: Rows true, columns predicted classes.
        grouping: Which classes count as one.

    >>> skin = Grouping.from_mapping(["mole", "cancer", "wart"], {"mole": "a", "cancer": "a", "wart": "b"})
    >>> dominated_by(SparseCounts.of(np.array([[90, 2, 8], [9, 3, 0], [4, 0, 16]])), skin)
    ['mole', '']
    """
    groups, num_groups = grouping.group_of_class, grouping.num_groups
    support = _sums(counts.rows, counts.counts, grouping.num_classes)
    order = np.lexsort((support, groups))  # within each group the largest class comes last
    last = np.searchsorted(groups[order], np.arange(num_groups), side="right") - 1
    largest = order[last]  # (num_groups,)
    others = _sums(groups, support, num_groups) - support[largest]
    stands = (
        (groups[counts.rows] == groups[counts.columns])
        & (counts.rows != largest[groups[counts.rows]])
        & (counts.columns != largest[groups[counts.rows]])
    )
    right_alone = _sums(groups[counts.rows[stands]], counts.counts[stands], num_groups)
    is_dominated = (others > 0) & (support[largest] >= DOMINATES * others) & (right_alone < STANDS * others)
    return [
        grouping.class_names[index] if dominated else ""
        for index, dominated in zip(largest.tolist(), is_dominated.tolist(), strict=True)
    ]


def _rates(truth: np.ndarray, answered: np.ndarray, images: np.ndarray, right: np.ndarray) -> _Rates:
    """Sensitivity of each true class and specificity of each answer.

    Args:
        truth: True class of each cell, shape ``(num_cells,)``.
        answered: Answer of each cell, like ``truth``.
        images: Images of each cell, like ``truth``.
        right: For each class the answer that is right, shape ``(num_classes,)``.
    """
    num_classes, num_answers = len(right), int(right.max()) + 1
    support = _sums(truth, images, num_classes)
    is_right = right[truth] == answered
    hits = _sums(truth[is_right], images[is_right], num_classes)
    false_alarms = _sums(answered[~is_right], images[~is_right], num_answers)
    outside = support.sum() - _sums(right, support, num_answers)
    return _Rates(_share(hits, support), 1 - _share(false_alarms, outside))


def _sums(index: np.ndarray, amounts: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(index, weights=amounts, minlength=size).astype(np.int64)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _check(counts: SparseCounts, grouping: Grouping) -> None:
    if counts.num_classes != grouping.num_classes:
        raise GroupingError(
            f"The grouping is for {grouping.num_classes} classes, the confusions are between "
            f"{counts.num_classes}; choose a run and a grouping of the same dataset."
        )

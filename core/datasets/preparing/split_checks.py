"""What a planned division cannot honor, in sentences read off its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, Dataset
from core.words import SOME, SPLIT_NAMES, counted, some

if TYPE_CHECKING:
    from core.datasets.preparing.split_plan import SplitPlan

OFF = 0.02  # a share that differs by more than this from the one asked for is said


def check_division(
    dataset: Dataset, plan: SplitPlan, splits: np.ndarray, groups: pd.Series, after: pd.DataFrame
) -> list[str]:
    """Return a sentence for each thing that a division does not give as asked.

    Args:
        dataset: What is divided.
        plan: What was asked for.
        splits: The split of every row of the table, shape ``(num_table_rows,)``.
        groups: What keeps rows together, missing where an image stands alone; the index is the sample id.
        after: Images of each class in each split, as from ``count_images``.
    """
    if not len(dataset.included):
        return ["There are no images to divide; take some back in."]
    return [
        *_check_shares(after, plan),
        *_check_classes(after, plan),
        *_check_groups(dataset, groups, plan),
        *_check_leaks(dataset, splits, groups, plan),
    ]


def _check_shares(after: pd.DataFrame, plan: SplitPlan) -> list[str]:
    total = int(after["total"].sum())
    off = [
        f"{SPLIT_NAMES[split]} gets {after[split].sum() / total:.1%} instead of {getattr(plan, split):.0%}"
        for split in SPLITS
        if abs(after[split].sum() / total - getattr(plan, split)) > OFF
    ]
    why = "small classes and whole groups cannot be cut finer"
    return [f"The shares are not met, since {why}: {', '.join(off)}."] if off else []


def _check_classes(after: pd.DataFrame, plan: SplitPlan) -> list[str]:
    units = "images" if plan.by == "nothing" else "images or groups"
    sentences = []
    for split in (split for split in SPLITS if getattr(plan, split)):
        wanted = plan.minimum if split != "train" and plan.stratified else 1
        lacks = [str(name) for name in after.index[(after[split] == 0) & (after["total"] > 0)]]
        few = after[(after[split] < wanted) & (after[split] > 0)]
        if lacks:
            why = f"since they have too few {units}" if plan.stratified else "by chance"
            sentences.append(f"Without {SPLIT_NAMES[split]} images, {why}: {some(lacks)}.")
        if len(few):
            found = [f"{name} ({count})" for name, count in zip(few.index, few[split], strict=True)]
            more = f" and {len(found) - SOME} more" if len(found) > SOME else ""
            sentences.append(
                f"Fewer than {wanted} {SPLIT_NAMES[split]} images, more would leave too few for the other "
                f"splits: {', '.join(found[:SOME])}{more}."
            )
    return sentences


def _check_groups(dataset: Dataset, groups: pd.Series, plan: SplitPlan) -> list[str]:
    included = dataset.included
    owner = groups.loc[included.index]
    sentences = []
    if plan.by in {"column", "name"} and not owner.duplicated(keep=False)[owner.notna()].any():
        what = f"value of {plan.column!r}" if plan.by == "column" else f"name up to {plan.separator!r}"
        sentences.append(f"No two images have the same {what}, so each is divided on its own.")
    sizes = owner.value_counts()
    shares = {split: getattr(plan, split) * len(included) for split in SPLITS if getattr(plan, split)}
    smallest = min(shares, key=lambda split: shares[split])
    if len(sizes) and sizes.iloc[0] > max(shares[smallest], 1):
        sentences.append(
            f"The largest group, {str(sizes.index[0])!r}, has {sizes.iloc[0]:,} images, more than the "
            f"{shares[smallest]:,.0f} meant for {SPLIT_NAMES[smallest]}; a group is never cut."
        )
    return sentences


def _check_leaks(dataset: Dataset, splits: np.ndarray, groups: pd.Series, plan: SplitPlan) -> list[str]:
    included = dataset.included
    owner = groups.loc[included.index]
    sentences = []
    new = pd.Series(splits[included.index], included.index)
    known = included["group"] if plan.by == "nothing" else owner
    for keys, noun, what, remedy in (
        (known, "group", "images", "keep images together by group to avoid it"),
        (included["sha1"], "set", "identical images", "exclude the copies on Find trouble to avoid it"),
    ):
        count = int((new.groupby(keys.astype(object)).nunique() > 1).sum())
        if count:
            sentences.append(f"In more than one split: {counted(count, noun)} of {what}; {remedy}.")
    return sentences

"""Plan a new division into train, val and test, and look at it before it is applied.

What a plan cannot honor is said in sentences read off the outcome: a class with too few images for every
split, a group larger than a split, a minimum out of reach. Applying it is one reversible edit. Where images
are kept together by a metadata column or by their names, these become the dataset's groups, so that the
search for leaks and every later division go by them too.
"""

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from core.datasets.balance import count_images
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.editing.edits import divide, record
from core.datasets.preparing.split_checks import check_division
from core.datasets.settings import Settings
from core.datasets.split import assign_splits
from core.datasets.store import load_dataset
from core.errors import DatasetError
from core.workspace import Workspace


class SplitPlan(Settings):
    """How to divide a dataset."""

    train: float = Field(default=0.8, gt=0, le=1, description="Share of the images to learn from.")
    val: float = Field(
        default=0.1, gt=0, le=1, description="Share of the images on which choices are made, never learned."
    )
    test: float = Field(default=0.1, ge=0, le=1, description="Share of the images kept for the final number.")
    seed: int = Field(
        default=0, ge=0, description="Start of the random numbers; the same seed divides the same."
    )
    stratified: bool = Field(
        default=True,
        description="Stratified: every class is divided by these shares, so all splits have the same mix.",
    )
    by: Literal["group", "column", "name", "nothing"] = Field(
        default="group",
        description="What keeps images in one split: pictures of one patient resemble each other; in two "
        "splits they would make the test reward remembering.",
    )
    column: str | None = Field(
        default=None, description="Column of the source whose equal values stay in one split."
    )
    separator: str = Field(
        default="_",
        min_length=1,
        description="Images whose file names agree up to the last of this text stay in one split, such as _ "
        "for photo7_1.jpg and photo7_2.jpg.",
    )
    minimum: int = Field(
        default=1,
        ge=1,
        description="Images of each class wanted at least in validation and in test, for rare classes; a "
        "class too small for that is divided about equally.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        total = self.train + self.val + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"The shares of train, val and test make {total:.4g} together, not 1")
        if (self.column is not None) != (self.by == "column"):
            raise ValueError("A column is named just when images are kept together by a column")
        return self


@dataclass(frozen=True)
class SplitPreview:
    """A division that was thought out but not written down.

    Attributes:
        splits: New split of every row of the table, object array of texts, shape ``(num_table_rows,)``.
        groups: New group of every row, None where an image stands alone; None: the groups stay as they are.
        before: Images of each class in each split now, as from ``count_images``.
        after: The same with the new division.
        num_moved: Images that change their split.
        warnings: Sentences on what cannot be honored.
        title: What is done, for the history.
    """

    splits: np.ndarray = field(repr=False)
    groups: tuple[str | None, ...] | None = field(repr=False)
    before: pd.DataFrame = field(repr=False)
    after: pd.DataFrame = field(repr=False)
    num_moved: int
    warnings: tuple[str, ...]
    title: str


def plan_splits(dataset: Dataset, plan: SplitPlan) -> SplitPreview:
    """Return the division that a plan gives; nothing is written.

    Identical images stay together unless they are of different groups. Excluded images go with their group,
    so that they make no leak when they are taken back in.

    Raises:
        DatasetError: There is no such column, or the images have no file names.
    """
    groups = _groups_of(dataset, plan)
    included = dataset.included
    together = groups.where(groups.notna(), dataset.table["sha1"].astype(object)).loc[included.index]
    labels = included["label"].to_numpy(np.int64)
    assigned = assign_splits(
        labels if plan.stratified else np.zeros_like(labels),
        together,
        seed=plan.seed,
        fractions=(plan.train, plan.val, plan.test),
        minimum=plan.minimum if plan.stratified else 1,
    )
    splits = dataset.table["split"].to_numpy(object, copy=True)
    splits[included.index] = assigned.astype(object)
    _follow(splits, groups, dataset)
    changes_groups = plan.by in {"column", "name"}
    kept = tuple(groups.where(groups.notna(), None)) if changes_groups else None
    shares = " / ".join(f"{100 * share:.3g}" for share in (plan.train, plan.val, plan.test))
    title = f"Divided {shares} %, {_by_words(plan, has_groups=bool(groups.notna().any()))}, seed {plan.seed}"
    preview = _preview(dataset, splits, kept, title=title)
    return replace(preview, warnings=tuple(check_division(dataset, plan, splits, groups, preview.after)))


def given_splits(workspace: Workspace, dataset: Dataset) -> SplitPreview:
    """Return the division with which the dataset was added, groups included, whatever was edited since.

    Raises:
        DatasetError: The dataset is damaged.
    """
    source = load_dataset(workspace, dataset.name, edited=False)
    given = source.groups
    differs = (given != dataset.groups).any()
    return _preview(
        dataset,
        source.table["split"].to_numpy(object, copy=True),
        tuple(given) if differs else None,
        title="Restored the division with which it was added",
    )


def apply_splits(workspace: Workspace, dataset: Dataset, preview: SplitPreview) -> Dataset:
    """Write a planned division down as an edit that can be undone; return the dataset with it.

    Raises:
        DatasetError: It changes nothing.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    groups = None if preview.groups is None else list(preview.groups)
    step = divide(dataset, preview.splits, title=preview.title, groups=groups)
    if not step.num_images:
        raise DatasetError(f"{dataset.name!r} is divided like this already; choose other shares or a seed.")
    return record(workspace, dataset, step)


def group_by_name(dataset: Dataset, separator: str) -> pd.Series:
    """Return each file's name up to the last separator, whatever its folder; object, missing: stands alone.

    Raises:
        DatasetError: The images have no file names.
    """
    if dataset.root is None:
        raise DatasetError(
            f"The images of {dataset.name!r} are an array and have no file names; keep them together by "
            f"something else."
        )
    stems = dataset.table["path"].map(lambda path: PurePosixPath(path).stem, na_action="ignore")
    first = stems.astype("string").str.rpartition(separator)[0]
    return first.mask(first == "").astype(object)


def _groups_of(dataset: Dataset, plan: SplitPlan) -> pd.Series:
    """What keeps images together, object, missing where an image stands alone; the index is the sample id."""
    if plan.by == "name":
        return group_by_name(dataset, plan.separator)
    if plan.by == "group":
        return dataset.table["group"].astype(object)
    if plan.by == "nothing":
        return pd.Series(None, dataset.table.index, dtype=object)
    values = dataset.column(plan.column or "").astype("string")
    return values.mask(values.str.strip() == "").astype(object)


def _follow(splits: np.ndarray, groups: pd.Series, dataset: Dataset) -> None:
    """Put excluded images where the others of their group are."""
    included = dataset.included.index.to_numpy()
    split_of_group = pd.Series(splits[included], groups.iloc[included].to_numpy(object))
    split_of_group = split_of_group[split_of_group.index.notna() & ~split_of_group.index.duplicated()]
    excluded = dataset.rejected.index.to_numpy()
    found = groups.iloc[excluded].map(split_of_group)
    splits[excluded] = found.where(found.notna(), splits[excluded]).to_numpy(object)


def _preview(
    dataset: Dataset, splits: np.ndarray, groups: tuple[str | None, ...] | None, *, title: str
) -> SplitPreview:
    included = dataset.included
    names = pd.Index(dataset.class_names, name="class", dtype=object)
    label = included["label"].to_numpy(np.int64)
    new = splits[included.index]
    after = pd.DataFrame(
        {split: np.bincount(label[new == split], minlength=len(names)) for split in SPLITS}, index=names
    )
    num_moved = int((new != included["split"].to_numpy(object)).sum())
    after = after.assign(total=after.sum(axis=1))
    return SplitPreview(splits, groups, count_images(dataset), after, num_moved, (), title)


def _by_words(plan: SplitPlan, *, has_groups: bool) -> str:
    single = "each image on its own"
    words = {
        "group": "whole groups" if has_groups else single,
        "column": f"together by {plan.column}",
        "name": f"together by name up to {plan.separator}",
        "nothing": single,
    }
    return words[plan.by] + ("" if plan.stratified else ", not stratified")

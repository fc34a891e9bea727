"""What a dataset made of another one takes over and what it changes, before anything is written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.settings import Settings
from core.errors import DatasetError
from core.words import name_splits, some


class Derivation(Settings):
    """What is taken over, and what is changed."""

    classes: tuple[str, ...] | None = Field(default=None, description="Classes to keep; none given: all.")
    splits: tuple[Literal["train", "val", "test"], ...] | None = Field(
        default=None, description="Splits whose images are kept; none given: all."
    )
    column: str | None = Field(default=None, description="Column of the source by which images are chosen.")
    values: tuple[str, ...] | None = Field(
        default=None, description="Values of that column to keep, for a column of texts."
    )
    lowest: float | None = Field(default=None, description="Smallest number of that column to keep.")
    highest: float | None = Field(default=None, description="Largest number of that column to keep.")
    groups: dict[str, str] | None = Field(
        default=None,
        description="Classes that become one class: class name to the new name; others stay as they are.",
    )
    max_per_class: int | None = Field(
        default=None,
        ge=1,
        description="At most so many images of each class, chosen by chance, from each split in proportion. "
        "Single images are chosen, not whole groups; what is kept stays in its split.",
    )
    seed: int = Field(default=0, ge=0, description="Start of the random numbers that choose the images.")
    occlusion: Occlusion | None = Field(default=None, description="What is painted over the images.")
    masks_dir: Path | None = Field(default=None, description="Folder of mask pictures to hide images with.")
    invert_masks: bool = Field(
        default=False, description="Hide what the mask pictures leave, and vice versa."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        limits = (self.values, self.lowest, self.highest)
        if (self.column is None) != all(limit is None for limit in limits):
            raise ValueError("A column and what to keep of it are given together")
        if (self.masks_dir is not None) != (self.occlusion is not None and self.occlusion.kind == "pictures"):
            raise ValueError("A folder of mask pictures is given just when they are what hides the images")
        return self

    @property
    def keeps_rows(self) -> bool:
        """Whether no image is left off, so that every image keeps its number."""
        return not any((self.classes, self.splits, self.column, self.max_per_class))


def plan_derived(dataset: Dataset, derivation: Derivation, *, name: str) -> tuple[Dataset, np.ndarray]:
    """Return the dataset that a derivation gives, not written yet, and the rows it is made of.

    Images that are left out (excluded) stay so as long as no image is left off, so that every image keeps
    its number and runs on both datasets can be compared image by image; else they are dropped. At most so
    many images a class are counted after classes were joined.

    Returns:
        The dataset, and for each of its rows the sample id in the other, int64, shape ``(num_table_rows,)``.

    Raises:
        DatasetError: A class or column is not there, fewer than two classes are left, or it is occluded.
    """
    if derivation.occlusion is not None and dataset.occlusion is not None:
        raise DatasetError(
            f"{dataset.name!r} is occluded already; occlude the dataset that it was made of instead."
        )
    class_names, new_label = _join_classes(dataset, derivation)
    labels = dataset.table["label"].to_numpy(np.int64)
    labels = np.where(labels >= 0, new_label[labels], -1)
    rows = np.arange(len(labels))
    notes: list[str] = []
    if not derivation.keeps_rows:
        rows = _choose_rows(dataset, derivation)
        if derivation.max_per_class is not None:
            rows = _thin_out(dataset, rows, labels, derivation)
        alive = np.unique(labels[rows])
        gone = [c for label, c in enumerate(class_names) if label not in alive and _is_wanted(c, derivation)]
        notes += [f"Without any image left, so dropped: {some(gone)}."] if gone else []
        class_names = tuple(class_names[label] for label in alive)
        labels[rows] = np.searchsorted(alive, labels[rows])
    if len(class_names) < 2:
        left = f"only the class {class_names[0]!r}" if class_names else "no image"
        raise DatasetError(
            f"Of {dataset.name!r} {left} would be left, and telling classes apart needs two; choose more."
        )
    table = dataset.table.iloc[rows].assign(label=labels[rows]).reset_index(drop=True)
    empty = [s for s in SPLITS if not (table["split"][~table["excluded"]] == s).any()]
    if empty:
        notes.append(f"Without {name_splits(empty)} images; divide it anew on Prepare before training.")
    derived = replace(
        dataset,
        name=name,
        class_names=class_names,
        table=table,
        known_groups=_families(dataset, class_names, derivation),
        notes=tuple(notes),
        occlusion=derivation.occlusion or dataset.occlusion,
        origin=_tell(dataset, derivation),
        num_edits=0,
    )
    return derived, rows


def regroup_dataset(dataset: Dataset, groups: Mapping[str, str]) -> Dataset:
    """Return a dataset, not written, whose classes are the groups of another's: same images, same splits.

    Args:
        dataset: Whose classes are put together.
        groups: Class name to group name, as a grouping maps them; classes that are not named stay.

    Raises:
        DatasetError: A class is unknown, a name cannot be used, or fewer than two groups are left.
    """
    return plan_derived(dataset, Derivation.make(groups=dict(groups)), name=dataset.name)[0]


def _join_classes(dataset: Dataset, derivation: Derivation) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the new class names and the new label of each old class."""
    wanted, groups = derivation.classes or (), derivation.groups or {}
    unknown = [c for c in (*wanted, *groups) if c not in dataset.class_names]
    if unknown:
        raise DatasetError(
            f"{dataset.name!r} has no class {unknown[0]!r}; choose among {some(dataset.class_names)}."
        )
    renamed = [groups.get(c, c).strip() for c in dataset.class_names]
    if not all(new and new.isprintable() for new in renamed):
        raise DatasetError("A group's name is empty or cannot be shown; give it at least one visible letter.")
    names = tuple(dict.fromkeys(renamed))
    return names, np.array([names.index(new) for new in renamed], dtype=np.int64)


def _is_wanted(class_name: str, derivation: Derivation) -> bool:
    if derivation.classes is None:
        return True
    groups = derivation.groups or {}
    return class_name in {groups.get(c, c).strip() for c in derivation.classes}


def _choose_rows(dataset: Dataset, derivation: Derivation) -> np.ndarray:
    table = dataset.table
    keep = ~table["excluded"].to_numpy(bool)
    if derivation.classes:
        wanted = [dataset.class_names.index(c) for c in derivation.classes]
        keep &= np.isin(table["label"].to_numpy(np.int64), wanted)
    if derivation.splits:
        keep &= table["split"].isin(derivation.splits).to_numpy(bool)
    if derivation.column is not None:
        keep &= _matches(dataset, derivation)
    return np.flatnonzero(keep)


def _matches(dataset: Dataset, derivation: Derivation) -> np.ndarray:
    """Whether the metadata of each row are as asked, bool, shape ``(num_table_rows,)``."""
    column = dataset.column(derivation.column or "")
    if derivation.values is not None:
        return column.astype("string").isin(derivation.values).to_numpy(bool)
    if not pd.api.types.is_numeric_dtype(column):
        raise DatasetError(f"The column {derivation.column!r} holds texts; name the values to keep.")
    low = -np.inf if derivation.lowest is None else derivation.lowest
    high = np.inf if derivation.highest is None else derivation.highest
    return np.asarray(column.between(low, high).fillna(False), dtype=bool)


def _thin_out(dataset: Dataset, rows: np.ndarray, labels: np.ndarray, derivation: Derivation) -> np.ndarray:
    """Return at most so many rows of each class; with a larger limit the same ones and more."""
    rank = np.random.default_rng(derivation.seed).permutation(len(dataset.table))
    splits = dataset.table["split"].to_numpy(object)
    limit = derivation.max_per_class or len(rows)
    kept = []
    for label in np.unique(labels[rows]):
        own = rows[labels[rows] == label]
        own = own[np.argsort(rank[own])]
        parts = [own[splits[own] == split] for split in SPLITS]
        wanted = _share_out(np.array([len(part) for part in parts]), limit)
        kept += [part[:count] for part, count in zip(parts, wanted, strict=True)]
    return np.sort(np.concatenate(kept)) if kept else rows


def _share_out(sizes: np.ndarray, limit: int) -> np.ndarray:
    """Return how many of each part make ``limit`` together: in proportion, if possible at least one of each.

    >>> _share_out(np.array([80, 10, 10]), 20).tolist(), _share_out(np.array([98, 1, 1]), 5).tolist()
    ([16, 2, 2], [3, 1, 1])
    """
    if sizes.sum() <= limit:
        return sizes
    least = (sizes > 0).astype(np.int64) if limit >= (sizes > 0).sum() else np.zeros_like(sizes)
    exact = sizes * (limit / sizes.sum())
    counts = np.maximum(np.floor(exact).astype(np.int64), least)
    while counts.sum() != limit:
        missing = np.sign(limit - counts.sum())
        room = (counts < sizes) if missing > 0 else (counts > least)
        counts[np.argmax(np.where(room, missing * (exact - counts), -np.inf))] += missing
    return counts


def _families(
    dataset: Dataset, class_names: tuple[str, ...], derivation: Derivation
) -> dict[str, str] | None:
    """The true families of the classes that are left; None where joined classes mix them."""
    if dataset.known_groups is None:
        return None
    groups = derivation.groups or {}
    found: dict[str, set[str]] = {}
    for old, family in dataset.known_groups.items():
        found.setdefault(groups.get(old, old).strip(), set()).add(family)
    families = {name: found.get(name, set()) for name in class_names}
    if any(len(each) != 1 for each in families.values()):
        return None
    return {name: next(iter(each)) for name, each in families.items()}


def _tell(dataset: Dataset, derivation: Derivation) -> str:
    """Return in one sentence of what the dataset is made and how."""
    parts = []
    if derivation.classes:
        parts.append(f"classes {some(derivation.classes)}")
    if derivation.splits:
        parts.append(f"only {name_splits(derivation.splits)}")
    if derivation.values is not None:
        parts.append(f"only {derivation.column} {some(derivation.values)}")
    elif derivation.column is not None:
        limits = (("from", derivation.lowest), ("to", derivation.highest))
        parts.append(f"only {derivation.column} {' '.join(f'{w} {v:g}' for w, v in limits if v is not None)}")
    if derivation.groups:
        parts.append(f"classes joined into {len(set(derivation.groups.values()))}")
    if derivation.max_per_class is not None:
        parts.append(f"at most {derivation.max_per_class:,} images a class, seed {derivation.seed}")
    if derivation.occlusion is not None:
        parts.append(derivation.occlusion.words)
    return f"Made of {dataset.name}, version {dataset.version}: {'; '.join(parts) or 'all of it'}."

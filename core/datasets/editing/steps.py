"""Steps: what an edit sets for which images, and the table of a dataset with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, TABLE_COLUMNS


@dataclass(frozen=True)
class Change:
    """One setting of several samples.

    Attributes:
        sample_ids: Which, int64, shape ``(num_samples,)``.
        values: Some of ``label`` (a class name), ``split``, ``excluded``, ``reason`` and ``group`` (a list
            with a name or None for each sample).
    """

    sample_ids: np.ndarray
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One edit.

    Attributes:
        title: What was done, for the history, such as "Excluded 3 images: duplicates".
        changes: What it set.
        made: Seconds since 1970.
        version: ``Dataset.version`` with it.
    """

    title: str
    changes: tuple[Change, ...]
    made: float = 0.0
    version: str = ""

    @property
    def num_images(self) -> int:
        """Number of images it touches."""
        ids = [change.sample_ids for change in self.changes]
        return len(np.unique(np.concatenate(ids))) if ids else 0


def apply_steps(table: pd.DataFrame, class_names: Sequence[str], steps: Sequence[Step]) -> pd.DataFrame:
    """Return the table of a dataset with edits applied, the given one unchanged.

    Raises:
        ValueError: An edit names a sample, a class or a field that is not there, or takes in an image that
            cannot be read or has no class.
    """
    index = {name: label for label, name in enumerate(class_names)}
    columns: dict[str, np.ndarray] = {}
    for change in (change for step in steps for change in step.changes):
        ids = change.sample_ids
        if len(ids) and not (ids.min() >= 0 and ids.max() < len(table)):
            raise ValueError("an edit names an image that is not there")
        for name, value in change.values.items():
            new = _checked_value(name, value, index)
            if name not in columns:
                columns[name] = table[name].to_numpy(_kind_of(name), copy=True)
            columns[name][ids] = new
    if not columns:
        return table
    arrays = {name: pd.Series(values, table.index, TABLE_COLUMNS[name]) for name, values in columns.items()}
    edited = table.assign(**arrays)
    unusable = edited["sha1"].isna().to_numpy(bool) | (edited["label"] < 0).to_numpy(bool)
    if "excluded" in columns and (unusable & ~columns["excluded"]).any():
        raise ValueError("an edit takes in an image that cannot be read or has no class")
    return edited


def _kind_of(name: str) -> type:
    return {"label": np.int64, "excluded": bool}.get(name, object)


def _checked_value(name: str, value: Any, index: Mapping[str, int]) -> Any:
    """Return what stands in the table for a value of an edit."""
    if name == "label" and isinstance(value, str) and value in index:
        return index[value]
    fits = (
        (name == "split" and value in SPLITS)
        or (name == "excluded" and isinstance(value, bool))
        or (name == "reason" and (value is None or isinstance(value, str)))
        or (name == "group" and _are_groups(value))
    )
    if not fits:
        raise ValueError(f"an edit sets {name} to {value!r}")
    return value


def _are_groups(value: Any) -> bool:
    return isinstance(value, list) and all(each is None or isinstance(each, str) for each in value)

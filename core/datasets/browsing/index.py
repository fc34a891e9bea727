"""Choose images to look at: by what is known of them, in a chosen order.

Everything is compared as numbers: texts become codes once in a ``PictureIndex``, so that a filter of 200,000
images takes milliseconds, however often it is changed.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.datasets.browsing.picture_filter import (
    EVERYTHING,
    MISSING,
    MIXED,
    SCAN_SORTS,
    SMALL_SIDE,
    SORTS,
    ColumnFilter,
    Filter,
    Range,
    Sort,
)
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.editing.edits import load_edits
from core.datasets.scanning.quality import NEAR_BLANK_CONTRAST
from core.errors import DatasetError
from core.words import some


def find_samples(
    dataset: Dataset,
    wanted: Filter = EVERYTHING,
    order: Sort = MIXED,
    *,
    scan: pd.DataFrame | None = None,
) -> np.ndarray:
    """Return sample ids that pass a filter, in order, shape ``(num_samples,)``, int64.

    Args:
        dataset: Whose images.
        wanted: Which.
        order: In which order.
        scan: As from ``load_scan``; needed to sort or filter by what the pixels show.

    Raises:
        DatasetError: The dataset has no such class, split, flag or column, or the scan is missing.
    """
    return PictureIndex(dataset, scan).find(wanted, order)


def first_of_classes(dataset: Dataset, limit: int, *, split: str | None = None) -> np.ndarray:
    """Return the first image of each of the first classes that have one, int64, at most ``limit``."""
    rows = np.flatnonzero(~dataset.table["excluded"].to_numpy(bool))
    if split is not None:
        rows = rows[dataset.split_codes[rows] == SPLITS.index(split)]
    _, first = np.unique(dataset.labels(rows), return_index=True)
    return rows[first[:limit]]


def describe_pictures(index: "PictureIndex", sample_ids: np.ndarray) -> list[dict[str, Any]]:
    """Return what is known of each of some images, for JSON: row, class, scan and the source's columns."""
    dataset = index.dataset
    kept = ["path", "split", "group", "width", "height", "mode", "excluded", "reason"]
    rows = dataset.table[kept].iloc[sample_ids].astype(object)
    labels = dataset.labels(sample_ids)
    names = [dataset.class_names[label] if label >= 0 else None for label in labels]
    rows.insert(0, "id", [int(sample_id) for sample_id in sample_ids])
    rows.insert(2, "class", names)
    if index.scan is not None:
        rows = rows.join(index.scan[list(SCAN_SORTS)].iloc[sample_ids].astype(object))
    extra = _records(dataset.metadata.iloc[sample_ids])
    return [{**row, "columns": columns} for row, columns in zip(_records(rows), extra, strict=True)]


class PictureIndex:
    """The columns of one version of a dataset as numbers, made on first use and kept for the next filter."""

    def __init__(self, dataset: Dataset, scan: pd.DataFrame | None = None) -> None:
        """Take the dataset as it is now.

        Args:
            dataset: Whose images.
            scan: As from ``load_scan``; None when there is none.
        """
        self.dataset = dataset
        self.scan = scan
        self._flags: dict[str, np.ndarray] = {}
        self._codes: dict[str, tuple[np.ndarray, list[str]]] = {}
        self._orders: dict[tuple[str, bool], np.ndarray] = {}

    def find(self, wanted: Filter = EVERYTHING, order: Sort = MIXED) -> np.ndarray:
        """Return sample ids as ``find_samples`` does."""
        passes = self._mask(wanted)
        if order.by == "mixed":
            found = self._take_turns(np.flatnonzero(passes))
            return found[::-1] if order.descending else found
        ordered = self._order(order)
        return ordered[passes[ordered]]

    @cached_property
    def labels(self) -> np.ndarray:
        """Label of each row, int64; -1 for images of no class."""
        return self.dataset.table["label"].to_numpy(np.int64)

    def has_flag(self, flag: str) -> np.ndarray:
        """Return which rows have a flag, bool, shape ``(num_table_rows,)``.

        Raises:
            DatasetError: There is no such flag, or it is known only after a scan.
        """
        if flag not in self._flags:
            makers: dict[str, Callable[[], np.ndarray]] = {
                "excluded": lambda: self.dataset.table["excluded"].to_numpy(bool),
                "edited": self._edited,
                "duplicate": self._duplicate,
                "small": lambda: (self._shorter > 0) & (self._shorter < SMALL_SIDE),
                "blank": lambda: self._scanned("contrast") < NEAR_BLANK_CONTRAST,
            }
            self._flags[flag] = _known(makers, flag, "flag")()
        return self._flags[flag]

    def values_of(self, column: str) -> list[str] | None:
        """Return the texts of an extra column, sorted, ``MISSING`` first where some are; None for numbers."""
        if pd.api.types.is_numeric_dtype(self.dataset.column(column)):
            return None
        return self._codes_of(column)[1]

    def range_of(self, column: str) -> Range:
        """Return smallest and largest of ``width``, ``height`` or an extra column of numbers."""
        values = self._numbers(column)
        if not np.isfinite(values).any():
            return Range()
        return Range(float(np.nanmin(values)), float(np.nanmax(values)))

    @cached_property
    def _sides(self) -> tuple[np.ndarray, np.ndarray]:
        return self.dataset.table["width"].to_numpy(np.int64), self.dataset.table["height"].to_numpy(np.int64)

    @property
    def _shorter(self) -> np.ndarray:
        return np.minimum(*self._sides)

    def _duplicate(self) -> np.ndarray:
        return self.dataset.table["sha1"].duplicated(keep=False).to_numpy(bool) & self.dataset.readable

    def _scanned(self, column: str) -> np.ndarray:
        if self.scan is None:
            raise DatasetError(
                f"{column.capitalize()} is known once the images have been scanned; "
                f"scan {self.dataset.name!r} first."
            )
        return self.scan[column].to_numpy()

    def _edited(self) -> np.ndarray:
        edited = np.zeros(len(self.dataset.table), bool)
        if self.dataset.num_edits and self.dataset.folder is not None:
            for step in load_edits(self.dataset.folder).active:
                for change in step.changes:
                    edited[change.sample_ids] = True
        return edited

    def _mask(self, wanted: Filter) -> np.ndarray:
        """Which rows pass, bool, shape ``(num_table_rows,)``."""
        excluded = self.dataset.table["excluded"].to_numpy(bool)
        mask = excluded.copy() if "excluded" in wanted.flags else ~excluded
        if wanted.classes:
            known = dict(zip(self.dataset.class_names, range(self.dataset.num_classes), strict=True))
            mask &= np.isin(self.labels, [_known(known, name, "class") for name in wanted.classes])
        if wanted.splits:
            known = {split: code for code, split in enumerate(SPLITS)}
            codes = [_known(known, split, "split") for split in wanted.splits]
            mask &= np.isin(self.dataset.split_codes, codes)
        for flag in wanted.flags:
            mask &= self.has_flag(flag)
        for side in ("width", "height"):
            mask &= self._within(side, getattr(wanted, side))
        if wanted.name:
            mask &= self._named(wanted.name)
        for one in wanted.columns:
            mask &= self._of_column(one)
        return mask

    def _of_column(self, one: ColumnFilter) -> np.ndarray | bool:
        texts = self.values_of(one.column)
        if texts is None:
            return self._within(one.column, one.range)
        if not one.values:
            return True
        codes = {text: code for code, text in enumerate(texts)}
        wanted = [_known(codes, value, one.column) for value in one.values]
        return np.isin(self._codes_of(one.column)[0], wanted)

    def _within(self, column: str, limits: Range) -> np.ndarray | bool:
        if limits.is_open:
            return True
        values = self._numbers(column)
        low = -np.inf if limits.low is None else limits.low
        high = np.inf if limits.high is None else limits.high
        return (values >= low) & (values <= high)

    def _named(self, text: str) -> np.ndarray:
        import pyarrow as pa  # noqa: PLC0415 - few pages search
        import pyarrow.compute as pc  # noqa: PLC0415

        found = pc.match_substring(pa.array(self.dataset.table["path"]), text, ignore_case=True)
        return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), bool)

    def _order(self, order: Sort) -> np.ndarray:
        """All rows in an order, int64; equal ones as in the source."""
        if order.by == "random":
            return np.random.default_rng(order.seed).permutation(len(self.labels))
        key = (order.by, order.descending)
        if key not in self._orders:
            self._orders[key] = _ordered(self._sort_values(order.by), descending=order.descending)
        return self._orders[key]

    def _sort_values(self, by: str) -> np.ndarray:
        made: dict[str, Callable[[], np.ndarray]] = {
            "class": lambda: np.where(self.labels < 0, np.nan, self.labels),
            "size": lambda: self._sides[0] * self._sides[1],
            "name": lambda: _ranks(self.dataset.table["path"]),
            "order": lambda: np.arange(len(self.labels)),
        }
        if by in made:
            return made[by]()
        if by not in SCAN_SORTS:
            raise DatasetError(f"Images cannot be sorted by {by!r}; choose one of {some(SORTS)}.")
        return self._scanned(by)

    def _take_turns(self, rows: np.ndarray) -> np.ndarray:
        """Return rows so that the first of each class comes first, then the second of each, and so on."""
        labels = self.labels[rows]
        by_class = np.argsort(labels, kind="stable")
        in_class = labels[by_class]
        starts = np.flatnonzero(np.diff(in_class, prepend=in_class[:1] - 1))
        turn = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))
        return rows[by_class[np.argsort(turn, kind="stable")]]

    def _numbers(self, column: str) -> np.ndarray:
        if column in ("width", "height"):
            return self._sides[column == "height"]
        return self.dataset.column(column).to_numpy(np.float64, na_value=np.nan)

    def _codes_of(self, column: str) -> tuple[np.ndarray, list[str]]:
        if column not in self._codes:
            texts = self.dataset.column(column).astype("string").fillna(MISSING)
            codes, values = pd.factorize(texts, sort=True)
            self._codes[column] = codes, [str(value) for value in values]
        return self._codes[column]


def _known(choices: dict[str, Any], name: str, kind: str) -> Any:
    if name not in choices:
        raise DatasetError(f"There is no {kind} {name!r} to filter by; choose one of {some(list(choices))}.")
    return choices[name]


def _ordered(values: np.ndarray, *, descending: bool) -> np.ndarray:
    """Row numbers by value; equal values in table order, missing ones last."""
    keys = values.astype(np.float64)
    return np.argsort(-keys if descending else keys, kind="stable")


def _ranks(texts: pd.Series) -> np.ndarray:
    """Rank of each text, the same for equal ones; NaN where it is missing."""
    codes, _ = pd.factorize(texts, sort=True)
    return np.where(codes < 0, np.nan, codes)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one dictionary a row, None for what is missing."""
    names = [str(name) for name in table.columns]
    cells = table.astype(object).where(table.notna(), None).to_numpy(object)  # (num_rows, num_columns)
    return [dict(zip(names, row, strict=True)) for row in cells]

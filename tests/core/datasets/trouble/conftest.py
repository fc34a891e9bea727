"""Datasets of a few rows, written down by hand; nothing of them lies on disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.datasets.dataset import TABLE_COLUMNS, Dataset

MakeDataset = Callable[..., Dataset]
CLASS_NAMES = ("cat", "dog", "cow")


@pytest.fixture
def make_dataset() -> MakeDataset:
    """Make a dataset of so many rows; columns of its table may be given, the others are unremarkable."""

    def make(num_rows: int, **columns: Sequence[Any] | Any) -> Dataset:
        metadata = columns.pop("metadata", None)
        in_files = columns.pop("in_files", True)
        table = pd.DataFrame(
            {
                "path": [f"{number}/{number}.jpg" for number in range(num_rows)] if in_files else None,
                "position": np.arange(num_rows), "label": 0, "split": "train", "group": None, "width": 64,
                "height": 64, "mode": "RGB", "sha1": [f"hash {number}" for number in range(num_rows)],
                "excluded": False, "reason": None,
            }
        )  # fmt: skip
        table = table.assign(**columns).astype(TABLE_COLUMNS)
        root = Path("/photos") if in_files else None
        dataset = Dataset(name="zoo", description="", class_names=CLASS_NAMES, table=table, root=root)
        if metadata is not None:
            dataset.__dict__["metadata"] = pd.DataFrame(metadata)
        return dataset

    return make


@pytest.fixture
def make_scan() -> Callable[..., pd.DataFrame]:
    """Make what a scan of so many images found; hashes that are not given differ in about 32 bits."""

    def make(num_rows: int, **columns: Sequence[Any] | Any) -> pd.DataFrame:
        hashes = np.random.default_rng(5).integers(0, 2**64, num_rows, dtype=np.uint64)
        scan = pd.DataFrame({"brightness": 120.0, "contrast": 50.0, "outlier": 10.0, "phash": hashes})
        scan["brightness"] += np.linspace(-20, 20, num_rows)
        scan["outlier"] += np.linspace(0, 2, num_rows)
        for name, values in columns.items():
            scan[name] = np.asarray(values, dtype=scan[name].dtype)
        return scan

    return make

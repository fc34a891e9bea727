"""A dataset of a few tiny pictures that a network learns at once: each class has its own color."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.datasets.dataset import TABLE_COLUMNS, Dataset
from core.datasets.store import save_dataset
from core.workspace import Workspace, open_workspace

CLASS_NAMES = ("red", "green", "blue")
IMAGE_SIZE = 8


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "home")


@pytest.fixture
def add_colors(workspace: Workspace) -> Callable[..., Dataset]:
    """Add a dataset named ``colors`` with this many images a split, classes in turn."""

    def add(*, train: int = 20, val: int = 9, test: int = 6, train_labels: Sequence[int] = ()) -> Dataset:
        splits = ["train"] * train + ["val"] * val + ["test"] * test
        labels = np.arange(len(splits)) % len(CLASS_NAMES)
        labels[: len(train_labels)] = train_labels
        pixels = np.random.default_rng(0).integers(0, 120, (len(splits), IMAGE_SIZE, IMAGE_SIZE, 3))
        pixels[np.arange(len(splits)), :, :, labels] += 60
        rows = {
            "path": pd.NA,
            "position": np.arange(len(splits)),
            "label": labels,
            "split": splits,
            "group": pd.NA,
            "width": IMAGE_SIZE,
            "height": IMAGE_SIZE,
            "mode": "RGB",
            "excluded": False,
            "reason": pd.NA,
            "sha1": [f"{i:040x}" for i in range(len(splits))],
        }
        table = pd.DataFrame(rows)[list(TABLE_COLUMNS)].astype(TABLE_COLUMNS)
        dataset = Dataset("colors", "Noise with a tint.", CLASS_NAMES, table)
        return save_dataset(workspace, dataset, pixels.astype(np.uint8))

    return add

"""How many images each class and split has, and how uneven the classes are."""

from typing import Any

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, Dataset


def count_images(dataset: Dataset) -> pd.DataFrame:
    """Return the number of images, a row a class in class order, columns ``train val test total``, int64."""
    included = dataset.included
    label = included["label"].to_numpy(np.int64)
    split = included["split"].to_numpy(object)
    num_classes = dataset.num_classes
    counts = {name: np.bincount(label[split == name], minlength=num_classes) for name in SPLITS}
    table = pd.DataFrame(counts, index=pd.Index(dataset.class_names, name="class", dtype=object))
    return table.assign(total=table.sum(axis=1))


def imbalance_ratio(counts: pd.DataFrame) -> float:
    """Return the size of the largest class over that of the smallest one that has images; 1 is balanced.

    Args:
        counts: As from ``count_images``.

    >>> imbalance_ratio(pd.DataFrame({"total": [10, 0, 4]}))
    2.5
    """
    totals = counts["total"][counts["total"] > 0]
    return float(totals.max() / totals.min()) if len(totals) else 1.0


def summarize(dataset: Dataset) -> dict[str, Any]:
    """Return what ``regroup datasets show --json`` prints, as plain lists, texts and numbers."""
    counts = count_images(dataset)
    rejected = dataset.rejected[["path", "reason"]].fillna("")
    return {
        "name": dataset.name,
        "num_images": dataset.num_images,
        "class_names": list(dataset.class_names),
        "counts": {str(name): int(total) for name, total in counts["total"].items()},
        "splits": {
            split: {str(name): int(count) for name, count in counts[split].items()} for split in SPLITS
        },
        "imbalance_ratio": imbalance_ratio(counts),
        "rejected": [
            {"path": path, "reason": reason}
            for path, reason in zip(rejected["path"], rejected["reason"], strict=True)
        ],
    }

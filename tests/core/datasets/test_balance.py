"""Counts and the imbalance ratio, by hand and against pandas."""

import json

import pandas as pd
import pytest

from core.datasets.adding import add_dataset
from core.datasets.balance import count_images, imbalance_ratio, summarize
from core.datasets.store import load_dataset


def test_counts_are_those_of_the_table(home):
    dataset = load_dataset(home, "digits")
    counts = count_images(dataset)
    table = dataset.table.assign(name=[dataset.class_names[label] for label in dataset.table["label"]])
    expected = pd.crosstab(table["name"], table["split"])[["train", "val", "test"]]
    assert counts[["train", "val", "test"]].to_numpy().tolist() == expected.to_numpy().tolist()
    assert counts["total"].sum() == 1797


def test_the_ratio_is_largest_over_smallest(home):
    assert imbalance_ratio(count_images(load_dataset(home, "digits"))) == pytest.approx(183 / 174)
    assert imbalance_ratio(pd.DataFrame({"total": [0, 0]})) == 1


def test_a_summary_is_plain_json(home, make_folder):
    root = make_folder({"cat": 10, "dog": 20})
    (root / "dog" / "bad.jpg").write_bytes(b"")
    summary = json.loads(json.dumps(summarize(add_dataset(home, root))))
    assert summary == {
        "name": "pets",
        "num_images": 30,
        "class_names": ["cat", "dog"],
        "counts": {"cat": 10, "dog": 20},
        "splits": {"train": {"cat": 8, "dog": 16}, "val": {"cat": 1, "dog": 2}, "test": {"cat": 1, "dog": 2}},
        "imbalance_ratio": 2.0,
        "rejected": [{"path": "dog/bad.jpg", "reason": "The file is empty; copy it again."}],
    }

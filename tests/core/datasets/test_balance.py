"""Counts, how uneven they are, and what is advised: by hand and against pandas."""

import json

import pandas as pd
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.balance import (
    advise,
    color_modes,
    count_images,
    measure_balance,
    size_range,
    sort_classes,
    summarize,
)
from core.datasets.dataset import TABLE_COLUMNS, Dataset
from core.datasets.editing.edits import exclude, record
from core.datasets.store import load_dataset


def counts_of(**totals: int) -> pd.DataFrame:
    return pd.DataFrame({"total": list(totals.values())}, index=list(totals))


def test_counts_are_those_of_the_table(home):
    dataset = load_dataset(home, "digits")
    counts = count_images(dataset)
    table = dataset.table.assign(name=[dataset.class_names[label] for label in dataset.table["label"]])
    expected = pd.crosstab(table["name"], table["split"])[["train", "val", "test"]]
    assert counts[["train", "val", "test"]].to_numpy().tolist() == expected.to_numpy().tolist()
    assert counts["total"].sum() == 1797


def test_the_ratio_is_largest_over_smallest_and_without_images_1(home):
    assert measure_balance(count_images(load_dataset(home, "digits"))).ratio == pytest.approx(183 / 174)
    assert measure_balance(counts_of(cat=0, dog=0)).ratio == 1


def test_a_summary_is_plain_json(home, make_folder):
    root = make_folder({"cat": 10, "dog": 20})
    (root / "dog" / "bad.jpg").write_bytes(b"")
    dataset = add_dataset(home, root)
    summary = json.loads(json.dumps(summarize(dataset)))
    assert summary == {
        "name": "pets",
        "num_images": 30,
        "class_names": ["cat", "dog"],
        "counts": {"cat": 10, "dog": 20},
        "splits": {"train": {"cat": 8, "dog": 16}, "val": {"cat": 1, "dog": 2}, "test": {"cat": 1, "dog": 2}},
        "imbalance_ratio": 2.0,
        "largest_share": pytest.approx(2 / 3),
        "effective_classes": pytest.approx(1.889882),
        "few_images": [],
        "advice": [
            "A network that always answers dog is right in 67% of all cases: "
            "compare every accuracy with that."
        ],
        "sizes": [[16, 12]],
        "color_modes": {"RGB": 30},
        "version": dataset.version,
        "num_edits": 0,
        "origin": None,
        "notes": list(dataset.notes),
        "rejected": [{"path": "dog/bad.jpg", "reason": "The file is empty; copy it again."}],
    }


def test_images_that_are_left_out_do_not_count(home):
    dataset = load_dataset(home, "digits")
    before = count_images(dataset)
    ids = dataset.sample_ids("train")[:3]
    after = count_images(record(home, dataset, exclude(dataset, ids)))
    lost = pd.Series(dataset.labels(ids)).value_counts().reindex(range(10), fill_value=0)
    assert (before["train"] - after["train"]).tolist() == lost.tolist()
    assert after[["val", "test"]].equals(before[["val", "test"]])


def test_a_balance_names_the_largest_the_smallest_and_the_rare_classes():
    balance = measure_balance(counts_of(cat=90, dog=9, eel=3, fox=0))
    assert (balance.ratio, balance.largest, balance.smallest) == (30, "cat", "eel")
    assert balance.largest_share == pytest.approx(90 / 102)
    assert (balance.few, balance.empty, balance.num_classes) == (("eel", "dog"), ("fox",), 3)


def test_advice_is_given_where_it_applies_with_the_way_to_the_remedy():
    told = {one.remedy: one.text for one in advise(measure_balance(counts_of(cat=900, dog=9, eel=300)))}
    assert "cat has 100 times as many images as dog: judge by balanced accuracy" in told["prepare"]
    assert "always answers cat is right in 74%" in told["evaluate"]
    assert "dog has fewer than 10 images" in told["regroup"]
    several = advise(measure_balance(counts_of(a=100, b=1, c=2, d=3, e=4)))
    assert any("4 classes (b, c, d ...) have fewer than 10 images" in one.text for one in several)
    assert any("5 classes are as hard to guess as" in one.text for one in several)


def test_equal_classes_are_said_to_be_so_and_slightly_uneven_ones_need_no_advice():
    assert [one.text for one in advise(measure_balance(counts_of(a=20, b=20)))] == [
        "All classes have the same number of images: plain accuracy is a fair score here."
    ]
    assert advise(measure_balance(counts_of(a=20, b=25, c=22))) == []


def test_equal_classes_of_a_few_images_are_told_to_be_few_as_well():
    equal, few = (one.text for one in advise(measure_balance(counts_of(a=2, b=2))))
    assert "plain accuracy is a fair score" in equal
    assert few.startswith("2 classes (a, b) have fewer than 10 images")


def test_a_class_without_images_is_told_and_an_empty_dataset_is_no_error():
    assert "fox has no image at all" in advise(measure_balance(counts_of(cat=20, fox=0)))[-1].text
    assert measure_balance(counts_of(cat=0)).largest_share == 0
    assert advise(measure_balance(counts_of(cat=0, dog=0)))


def test_classes_are_sorted_by_size_and_name_and_searched():
    counts = counts_of(b=1, C=3, a=3)
    assert sort_classes(counts).index.tolist() == ["b", "C", "a"]
    assert sort_classes(counts, "size").index.tolist() == ["C", "a", "b"]
    assert sort_classes(counts, "name").index.tolist() == ["a", "b", "C"]
    assert sort_classes(counts, containing="c").index.tolist() == ["C"]


def test_sizes_are_the_smallest_the_median_and_the_largest_by_area():
    table = pd.DataFrame(
        {
            "path": None, "position": range(5), "label": 0, "split": "train", "group": None,
            "width": [40, 10, 30, 20, 999], "height": [40, 10, 20, 20, 999],
            "mode": ["RGB", "L", "RGB", "RGB", "P"],
            "sha1": list("abcde"), "excluded": [False] * 4 + [True], "reason": None,
        }
    ).astype(TABLE_COLUMNS)  # fmt: skip
    dataset = Dataset("five", "", ("a",), table)
    assert size_range(dataset) == [(10, 10), (20, 20), (40, 40)]
    assert color_modes(dataset) == {"RGB": 3, "L": 1}
    nothing = Dataset("none", "", ("a",), table.assign(excluded=True))
    assert (size_range(nothing), color_modes(nothing)) == ([], {})

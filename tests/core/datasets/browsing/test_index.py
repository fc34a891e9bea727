"""Which images a grid shows, and in which order: by hand, and against a plain loop over the rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.browsing.index import PictureIndex, describe_pictures, find_samples, first_of_classes
from core.datasets.browsing.picture_filter import EVERYTHING, SCAN_SORTS, ColumnFilter, Filter, Range, Sort
from core.datasets.dataset import TABLE_COLUMNS, Dataset
from core.datasets.editing import edits
from core.datasets.store import load_dataset, save_dataset
from core.errors import DatasetError

CLASSES = ("cat", "dog", "eel")
AS_IN_SOURCE = Sort("order")


def make_dataset(**columns: list) -> Dataset:
    """A dataset of eight images that no disk has; columns replace those below."""
    table = pd.DataFrame(
        {
            "path": [
                "cat/B1.jpg",
                "cat/a2.jpg",
                "dog/b3.jpg",
                "dog/c4.jpg",
                "eel/d5.jpg",
                "cat/e6.jpg",
                None,
                "x.jpg",
            ],
            "position": -1,
            "label": [0, 0, 1, 1, 2, 0, -1, 2],
            "split": ["train", "val", "train", "test", "train", "train", None, "val"],
            "group": None,
            "width": [10, 20, 30, 40, 50, 60, 0, 20],
            "height": [60, 50, 40, 33, 20, 10, 0, 50],
            "mode": "RGB",
            "sha1": ["a", "b", "c", "a", "d", "e", None, "b"],
            "excluded": [False] * 6 + [True, True],
            "reason": [None] * 6 + ["There is no file.", "Excluded by hand."],
            **columns,
        }
    ).astype(TABLE_COLUMNS)
    return Dataset("tiny", "Eight rows.", CLASSES, table)


def find(wanted: Filter = EVERYTHING, order: Sort = AS_IN_SOURCE, **options) -> list[int]:
    return find_samples(make_dataset(), wanted, order, **options).tolist()


def make_scan() -> pd.DataFrame:
    numbers = pd.DataFrame({name: np.arange(8, dtype=np.float32) for name in SCAN_SORTS})
    return numbers.assign(
        brightness=[3, 1, 2, np.nan, 1, 0, np.nan, 9], contrast=[9.0, 1, 9, 9, 9, 9, np.nan, 9]
    )


def test_classes_take_turns(home):
    dataset = load_dataset(home, "digits")
    found = find_samples(dataset)
    assert len(found) == 1797
    assert dataset.labels(found[:20]).tolist() == [*range(10), *range(10)]
    assert sorted(found) == list(range(1797))
    assert find_samples(dataset, order=Sort("mixed", descending=True)).tolist() == found[::-1].tolist()


def test_left_out_images_are_shown_only_when_asked_for():
    assert find() == [0, 1, 2, 3, 4, 5]
    assert find(Filter(flags=("excluded",))) == [6, 7]


def test_class_split_size_and_name_narrow_the_choice():
    assert find(Filter(classes=("cat", "eel"))) == [0, 1, 4, 5]
    assert find(Filter(splits=("val", "test"))) == [1, 3]
    assert find(Filter(classes=("cat",), splits=("train",))) == [0, 5]
    assert find(Filter(width=Range(20, 40))) == [1, 2, 3]
    assert find(Filter(width=Range(high=20), height=Range(low=55))) == [0]
    assert find(Filter(name="B")) == [0, 2]
    assert find(Filter(name="dog/")) == [2, 3]
    assert find(Filter(name="(")) == []


def test_flags_find_copies_small_blank_and_edited_images(home):
    assert find(Filter(flags=("duplicate",))) == [0, 1, 3]  # 7 has the content of 1 and is left out itself
    assert find(Filter(flags=("small",))) == [0, 1, 2, 4, 5]
    assert find(Filter(flags=("duplicate", "excluded"))) == [7]
    assert find(Filter(flags=("blank",)), scan=make_scan()) == [1]
    dataset = load_dataset(home, "digits")
    edited = edits.record(home, dataset, edits.relabel(dataset, {5: "9", 7: "1"}))
    assert find_samples(edited, Filter(flags=("edited",)), Sort("order")).tolist() == [5, 7]
    assert find_samples(dataset, Filter(flags=("edited",))).tolist() == []


def test_columns_of_the_source_are_compared_as_numbers_or_texts(home):
    table = make_dataset(position=list(range(8)), path=None).table
    metadata = pd.DataFrame(
        {
            "age": [30.0, 40, 50, np.nan, 60, 70, 1, 2],
            "site": ["arm", "leg", None, "arm", "leg", "", "arm", "arm"],
        }
    )
    dataset = Dataset("stored", "Eight rows.", CLASSES, table)
    dataset = save_dataset(home, dataset, np.zeros((8, 4, 4), np.uint8), metadata=metadata)

    def named(*columns: ColumnFilter) -> list[int]:
        return find_samples(dataset, Filter(columns=columns), Sort("order")).tolist()

    assert named(ColumnFilter("age", range=Range(40, 60))) == [1, 2, 4]
    assert named(ColumnFilter("age")) == [0, 1, 2, 3, 4, 5]
    assert named(ColumnFilter("site", values=("arm",))) == [0, 3]
    assert named(ColumnFilter("site", values=("", "leg"))) == [1, 2, 4, 5]
    assert named(ColumnFilter("site", values=("arm",)), ColumnFilter("age", range=Range(high=35))) == [0]
    index = PictureIndex(dataset)
    assert index.values_of("site") == ["", "arm", "leg"]
    assert (index.values_of("age"), index.range_of("age")) == (None, Range(1, 70))
    with pytest.raises(DatasetError, match="no column 'sex'; its columns are 'age', 'site'"):
        named(ColumnFilter("sex"))
    with pytest.raises(DatasetError, match="no site 'nose' to filter by; choose one of"):
        named(ColumnFilter("site", values=("nose",)))


def test_orders():
    assert find(order=Sort("class")) == [0, 1, 5, 2, 3, 4]
    assert find(order=Sort("class", descending=True)) == [4, 2, 3, 0, 1, 5]
    assert find(order=Sort("size")) == [0, 5, 1, 4, 2, 3]
    assert find(order=Sort("size", descending=True)) == [3, 2, 1, 4, 0, 5]
    assert find(order=Sort("name")) == [0, 1, 5, 2, 3, 4]
    assert find(Filter(flags=("excluded",)), Sort("name")) == [7, 6]
    assert find(order=Sort("order", descending=True)) == [5, 4, 3, 2, 1, 0]
    first, other = (find(order=Sort("random", seed=seed)) for seed in (0, 1))
    assert first == find(order=Sort("random"))
    assert first != other
    assert sorted(first) == sorted(other) == [0, 1, 2, 3, 4, 5]


def test_images_without_a_number_stand_last_either_way():
    assert find(order=Sort("brightness"), scan=make_scan()) == [5, 1, 4, 2, 0, 3]
    assert find(order=Sort("brightness", descending=True), scan=make_scan()) == [0, 2, 1, 4, 5, 3]


def test_what_the_dataset_has_not_is_refused_with_what_it_has():
    with pytest.raises(DatasetError, match="no class 'cow' to filter by; choose one of 'cat', 'dog', 'eel'"):
        find(Filter(classes=("cow",)))
    with pytest.raises(
        DatasetError, match="no split 'all' to filter by; choose one of 'train', 'val', 'test'"
    ):
        find(Filter(splits=("all",)))
    with pytest.raises(DatasetError, match="no flag 'ugly' to filter by; choose one of 'excluded'"):
        find(Filter(flags=("ugly",)))
    with pytest.raises(
        DatasetError, match="Contrast is known once the images have been scanned; scan 'tiny'"
    ):
        find(Filter(flags=("blank",)))
    with pytest.raises(
        DatasetError, match="Sharpness is known once the images have been scanned; scan 'tiny'"
    ):
        find(order=Sort("sharpness"))
    with pytest.raises(DatasetError, match="cannot be sorted by 'taste'; choose one of 'mixed', 'class'"):
        find(order=Sort("taste"))


ranges = st.builds(Range, st.none() | st.integers(0, 70), st.none() | st.integers(0, 70))
filters = st.builds(
    Filter,
    classes=st.lists(st.sampled_from(CLASSES), unique=True).map(tuple),
    splits=st.lists(st.sampled_from(("train", "val", "test")), unique=True).map(tuple),
    flags=st.lists(st.sampled_from(("excluded", "small", "duplicate")), unique=True).map(tuple),
    name=st.sampled_from(("", "a", "JPG", "/", "1")),
    width=ranges,
    height=ranges,
)


@settings(deadline=None, max_examples=60)
@given(filters, st.booleans())
def test_a_filter_agrees_with_a_loop_over_the_rows(wanted, is_down):
    dataset = make_dataset()
    hashes = [one for one in dataset.table["sha1"] if pd.notna(one)]

    def passes(row: pd.Series) -> bool:
        def within(value: int, limits: Range) -> bool:
            return (limits.low is None or value >= limits.low) and (
                limits.high is None or value <= limits.high
            )

        copies = hashes.count(row["sha1"]) if pd.notna(row["sha1"]) else 0
        return (
            row["excluded"] == ("excluded" in wanted.flags)
            and (not wanted.classes or (row["label"] >= 0 and CLASSES[row["label"]] in wanted.classes))
            and (not wanted.splits or (pd.notna(row["split"]) and row["split"] in wanted.splits))
            and ("small" not in wanted.flags or 0 < min(row["width"], row["height"]) < 32)
            and ("duplicate" not in wanted.flags or copies > 1)
            and (not wanted.name or (pd.notna(row["path"]) and wanted.name.lower() in row["path"].lower()))
            and within(row["width"], wanted.width)
            and within(row["height"], wanted.height)
        )

    expected = [number for number, row in dataset.table.iterrows() if passes(row)]
    found = find_samples(dataset, wanted, Sort("order", descending=is_down)).tolist()
    assert found == (expected[::-1] if is_down else expected)


def test_the_first_of_each_class_is_taken_from_what_is_not_left_out():
    dataset = make_dataset()
    assert first_of_classes(dataset, 10).tolist() == [0, 2, 4]
    assert first_of_classes(dataset, 2).tolist() == [0, 2]
    assert first_of_classes(dataset, 10, split="val").tolist() == [1]


def test_pictures_are_described_with_what_the_scan_and_the_source_say():
    dataset = make_dataset()
    first, lost = describe_pictures(PictureIndex(dataset, make_scan()), np.array([2, 6]))
    assert (first["id"], first["path"], first["class"], first["split"]) == (2, "dog/b3.jpg", "dog", "train")
    assert (first["brightness"], first["reason"], first["columns"]) == (2, None, {})
    assert (lost["class"], lost["path"], lost["brightness"]) == (None, None, None)
    assert lost["reason"] == "There is no file."

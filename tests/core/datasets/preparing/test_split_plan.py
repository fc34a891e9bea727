"""A division is seen before it is applied, says what it cannot honor, and can be undone."""

import numpy as np
import pandas as pd
import pytest

from core.datasets.balance import count_images
from core.datasets.dataset import SPLITS, TABLE_COLUMNS, Dataset
from core.datasets.editing.edits import exclude, record, redo, restore, undo
from core.datasets.preparing.split_plan import SplitPlan, apply_splits, given_splits, plan_splits
from core.datasets.split import assign_splits
from core.datasets.store import load_dataset, save_dataset
from core.errors import DatasetError


@pytest.fixture
def make_dataset(home):
    """Save a dataset ``dots`` of arrays: labels, groups and metadata as given, all in train."""

    def make(labels, groups=None, *, metadata=None, sha1=None, paths=None) -> Dataset:
        count = len(labels)
        table = pd.DataFrame(
            {
                "path": paths if paths is not None else pd.NA,
                "position": -1 if paths is not None else np.arange(count),
                "label": labels,
                "split": "train",
                "group": pd.NA if groups is None else groups,
                "width": 4,
                "height": 4,
                "mode": "L",
                "sha1": [f"{i:040x}" for i in range(count)] if sha1 is None else sha1,
                "excluded": False,
                "reason": pd.NA,
            }
        )[list(TABLE_COLUMNS)].astype(TABLE_COLUMNS)
        names = tuple("abcdefgh"[: max(labels) + 1])
        if paths is not None:
            return save_dataset(
                home, Dataset("dots", "Dots.", names, table, root=home.root), metadata=metadata
            )
        return save_dataset(
            home, Dataset("dots", "Dots.", names, table), np.zeros((count, 4, 4), np.uint8), metadata=metadata
        )

    return make


def test_a_preview_writes_nothing_and_counts_what_applying_then_gives(home, make_dataset):
    dataset = make_dataset([0] * 80 + [1] * 20)
    preview = plan_splits(dataset, SplitPlan(train=0.6, val=0.2, test=0.2, seed=3))
    assert load_dataset(home, "dots").version == dataset.version
    pd.testing.assert_frame_equal(preview.before, count_images(dataset))
    assert preview.after.loc["a", ["train", "val", "test"]].tolist() == [48, 16, 16]
    assert preview.after.loc["b", ["train", "val", "test"]].tolist() == [12, 4, 4]
    assert (preview.num_moved, preview.warnings) == (40, ())

    divided = apply_splits(home, dataset, preview)
    pd.testing.assert_frame_equal(count_images(divided), preview.after)
    assert divided.version != dataset.version
    assert undo(home, "dots").version == dataset.version
    assert redo(home, "dots").version == divided.version


def test_the_same_plan_gives_the_same_division_whatever_it_was_before(home, make_dataset):
    dataset = make_dataset([0, 1] * 50)
    plan = SplitPlan(seed=5)
    divided = apply_splits(home, dataset, plan_splits(dataset, plan))
    again = plan_splits(divided, plan)
    assert again.num_moved == 0
    with pytest.raises(DatasetError, match="divided like this already; choose other shares or a seed"):
        apply_splits(home, divided, again)
    assert plan_splits(divided, SplitPlan(seed=6)).num_moved > 0


def test_a_metadata_column_keeps_images_together_and_becomes_the_groups(home, make_dataset):
    patients = pd.DataFrame({"patient": [f"p{n // 5}" for n in range(100)], "age": np.arange(100) / 2})
    patients.loc[:4, "patient"] = None
    dataset = make_dataset([0, 1] * 50, metadata=patients)
    preview = plan_splits(dataset, SplitPlan(by="column", column="patient"))
    assert pd.Series(preview.splits).groupby(patients["patient"]).nunique().max() == 1
    divided = apply_splits(home, dataset, preview)
    assert divided.table["group"].iloc[5:].tolist() == patients["patient"].iloc[5:].tolist()
    assert divided.table["group"].iloc[:5].isna().all()
    assert plan_splits(divided, SplitPlan()).num_moved == 0  # from now on they are the groups
    assert undo(home, "dots").table["group"].isna().all()
    assert plan_splits(dataset, SplitPlan(by="column", column="age")).groups[3] == "1.5"
    with pytest.raises(DatasetError, match=r"no column 'site'; its columns are 'patient', 'age'"):
        plan_splits(dataset, SplitPlan(by="column", column="site"))


def test_file_names_keep_images_together_up_to_the_last_sign(home, make_dataset):
    paths = [f"{'ab'[n % 2]}/photo_{n // 4}_{n}.jpg" for n in range(80)]
    dataset = make_dataset([0, 1] * 40, paths=paths)
    preview = plan_splits(dataset, SplitPlan(by="name"))
    assert preview.groups[:5] == ("photo_0",) * 4 + ("photo_1",)
    assert pd.Series(preview.splits).groupby(np.arange(80) // 4).nunique().max() == 1
    assert plan_splits(dataset, SplitPlan(by="name", separator="#")).groups == (None,) * 80


def test_images_of_an_array_have_no_names_to_keep_together(make_dataset):
    with pytest.raises(DatasetError, match="have no file names; keep them together by something else"):
        plan_splits(make_dataset([0, 1] * 10), SplitPlan(by="name"))


def test_identical_images_stay_together(make_dataset):
    sha1 = [f"{n // 2:040x}" for n in range(60)]
    preview = plan_splits(make_dataset([0] * 60, sha1=sha1), SplitPlan())
    assert pd.Series(preview.splits).groupby(sha1).nunique().max() == 1


def test_an_excluded_image_goes_with_its_group(home, make_dataset):
    groups = [f"g{n // 3}" for n in range(90)]
    dataset = make_dataset([0, 1, 1] * 30, groups)
    dataset = record(home, dataset, exclude(dataset, np.arange(0, 90, 3)))
    divided = apply_splits(home, dataset, plan_splits(dataset, SplitPlan(seed=2)))
    back = record(home, divided, restore(divided, np.arange(0, 90, 3)))
    assert back.included.groupby("group")["split"].nunique().max() == 1


def test_the_given_division_comes_back_with_its_groups_and_other_edits_stay(home, make_dataset):
    metadata = pd.DataFrame({"patient": [f"p{n // 5}" for n in range(60)]})
    dataset = make_dataset([0, 1] * 30, [f"g{n // 2}" for n in range(60)], metadata=metadata)
    divided = apply_splits(home, dataset, plan_splits(dataset, SplitPlan(by="column", column="patient")))
    edited = record(home, divided, exclude(divided, [7]))
    preview = given_splits(home, edited)
    assert preview.num_moved == (edited.included["split"] != "train").sum()
    restored = apply_splits(home, edited, preview)
    assert set(restored.table["split"]) == {"train"}
    assert restored.table["group"].tolist() == dataset.table["group"].tolist()
    assert restored.table["excluded"].sum() == 1


def test_a_class_of_two_images_and_a_minimum_out_of_reach_are_told(make_dataset):
    preview = plan_splits(make_dataset([0] * 100 + [1] * 2 + [2] * 9), SplitPlan(minimum=5))
    assert preview.after.loc["a", ["val", "test"]].tolist() == [10, 10]
    assert preview.after.loc["c", ["train", "val", "test"]].tolist() == [3, 3, 3]
    text = " ".join(preview.warnings)
    assert "Without test images, since they have too few images or groups: 'b'." in text
    assert "Fewer than 5 validation images, more would leave too few for the other splits" in text
    assert "c (3)" in text


def test_a_group_larger_than_a_split_is_told_with_the_shares_that_come_of_it(make_dataset):
    preview = plan_splits(make_dataset([0, 1] * 50, ["big"] * 60 + [f"g{n}" for n in range(40)]), SplitPlan())
    assert any(
        "largest group, 'big', has 60 images, more than the 10 meant for" in w for w in preview.warnings
    )
    assert set(preview.splits[:60]) == {"train"}


def test_shares_that_groups_do_not_allow_are_told(make_dataset):
    preview = plan_splits(make_dataset([0, 1] * 50, ["x"] * 50 + ["y"] * 30 + ["z"] * 20), SplitPlan())
    assert any("training gets 50.0% instead of 80%" in warning for warning in preview.warnings)


def test_dividing_each_image_on_its_own_tells_which_groups_it_tears_apart(make_dataset):
    groups = [f"g{n // 2}" for n in range(60)]
    preview = plan_splits(make_dataset([0] * 60, groups), SplitPlan(by="nothing"))
    torn = (pd.Series(preview.splits).groupby(groups).nunique() > 1).sum()
    assert any(f"In more than one split: {torn} groups of images" in warning for warning in preview.warnings)


def test_an_unstratified_division_meets_the_shares_as_a_whole(make_dataset):
    labels = np.repeat([0, 1, 2, 3], [300, 60, 30, 10])
    preview = plan_splits(make_dataset(labels.tolist()), SplitPlan(stratified=False, minimum=9))
    assert preview.after[list(SPLITS)].sum().tolist() == [320, 40, 40]
    expected = assign_splits(np.zeros(400, int), pd.Series([f"{i:040x}" for i in range(400)], dtype=object))
    np.testing.assert_array_equal(preview.splits, expected)


def test_without_images_there_is_nothing_to_divide(home, make_dataset):
    dataset = make_dataset([0, 1])
    dataset = record(home, dataset, exclude(dataset, [0, 1]))
    assert plan_splits(dataset, SplitPlan()).warnings == (
        "There are no images to divide; take some back in.",
    )


def test_plans_that_cannot_be_are_refused_in_a_sentence():
    for values, words in (
        ({"train": 0.9}, "make 1.1 together, not 1"),
        ({"train": 1.0, "val": 0.0, "test": 0.0}, "val cannot be 0.0: input should be greater than 0"),
        ({"seed": -1}, "seed cannot be -1"),
        ({"by": "column"}, "A column is named just when"),
        ({"colour": 1}, "colour cannot be 1"),
    ):
        with pytest.raises(DatasetError, match=f"{words}.*choose another value"):
            SplitPlan.make(**values)

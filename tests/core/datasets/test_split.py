"""Splits are stratified, keep groups together, can be repeated, and leave no class out that could be in."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from core.datasets.split import assign_splits


def shares(labels: np.ndarray, splits: np.ndarray) -> pd.DataFrame:
    table = pd.crosstab(pd.Series(labels), pd.Series(splits))
    table = table.reindex(columns=["train", "val", "test"], fill_value=0)
    return table.div(table.sum(axis=1), axis=0)


def splits_of_groups(groups: np.ndarray, splits: np.ndarray) -> pd.Series:
    return pd.Series(splits).groupby(np.asarray(groups)).nunique()


def test_every_class_is_divided_by_the_fractions():
    labels = np.repeat([0, 1, 2], [1000, 200, 50])
    found = shares(labels, assign_splits(labels))
    np.testing.assert_allclose(found.to_numpy(), np.tile([0.8, 0.1, 0.1], (3, 1)), atol=1e-9)


def test_rounding_errors_of_many_small_classes_cancel_out():
    labels = np.repeat(np.arange(400), 14)  # 1.4 images of each class are wanted
    counts = Counter(assign_splits(labels).tolist())
    assert counts["val"] == pytest.approx(0.1 * len(labels), abs=3)
    assert counts["test"] == pytest.approx(0.1 * len(labels), abs=3)


def test_the_same_seed_divides_the_same_and_another_one_differently():
    labels = np.repeat([0, 1], 100)
    first = assign_splits(labels, seed=3)
    np.testing.assert_array_equal(first, assign_splits(labels, seed=3))
    assert (first != assign_splits(labels, seed=4)).any()


def test_no_group_is_in_two_splits_and_classes_stay_stratified():
    random = np.random.default_rng(0)
    groups = random.integers(0, 900, 3000)
    class_of_group = random.choice(4, 900, p=[0.7, 0.2, 0.07, 0.03])
    labels = class_of_group[groups]
    splits = assign_splits(labels, groups.astype(str))
    assert splits_of_groups(groups, splits).max() == 1
    np.testing.assert_allclose(shares(labels, splits).to_numpy(), np.tile([0.8, 0.1, 0.1], (4, 1)), atol=0.02)


def test_groups_that_mix_classes_stay_together_and_stratified():
    random = np.random.default_rng(1)
    groups = random.integers(0, 364, 4886)
    labels = random.choice(3, 4886, p=[0.85, 0.08, 0.07])
    splits = assign_splits(labels, groups)
    assert splits_of_groups(groups, splits).max() == 1
    np.testing.assert_allclose(shares(labels, splits).to_numpy(), np.tile([0.8, 0.1, 0.1], (3, 1)), atol=0.02)


def test_large_groups_are_spread_over_all_splits_and_not_only_put_into_train():
    groups = np.concatenate([np.repeat(np.arange(200), 5), 1000 + np.arange(500)])
    splits = assign_splits(np.zeros(len(groups), int), groups)
    sizes = pd.Series(1, index=groups).groupby(level=0).transform("sum").to_numpy()
    assert (splits[sizes == 5] == "val").mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("count", [3, 4, 5, 9])
def test_a_class_of_three_or_more_is_in_every_split(count):
    labels = np.repeat([0, 1], [100, count])
    assert set(assign_splits(labels)[labels == 1]) == {"train", "val", "test"}


def test_a_class_of_three_groups_is_in_every_split_with_its_largest_group_in_train():
    labels = np.repeat([0, 1], [60, 16])
    groups = np.array([None] * 60 + ["a"] * 10 + ["b"] * 4 + ["c"] * 2, dtype=object)
    splits = assign_splits(labels, groups)
    assert set(splits[60:70]) == {"train"}
    assert set(splits[60:]) == {"train", "val", "test"}


def test_a_lone_image_is_trained_on():
    labels = np.repeat([0, 1, 2], [50, 1, 1])
    for seed in range(5):
        assert set(assign_splits(labels, seed=seed)[50:]) == {"train"}


def test_of_two_images_at_least_one_is_trained_on():
    labels = np.repeat(np.arange(30), 2)
    splits = assign_splits(labels).reshape(30, 2)
    assert ((splits == "train").sum(axis=1) >= 1).all()


def test_missing_groups_stand_alone():
    labels = np.zeros(100, int)
    for missing in (None, np.nan, pd.NA):
        splits = assign_splits(labels, pd.Series([missing] * 100, dtype=object))
        assert Counter(splits.tolist()) == {"train": 80, "val": 10, "test": 10}


def test_a_split_without_a_share_stays_empty():
    labels = np.repeat([0, 1], [40, 20])
    splits = assign_splits(labels, np.arange(60) // 2, fractions=(0.9, 0.1, 0.0))
    assert Counter(splits.tolist()) == {"train": 54, "val": 6}


def test_a_class_without_images_does_no_harm():
    assert len(assign_splits(np.array([0, 0, 0, 5, 5, 5]))) == 6


def test_no_images_have_no_splits():
    assert assign_splits(np.zeros(0, int)).tolist() == []


def test_lengths_and_fractions_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="3 labels but 2 groups"):
        assign_splits(np.zeros(3, int), ["a", "b"])
    with pytest.raises(ValueError, match="must be shares of one"):
        assign_splits(np.zeros(3, int), fractions=(0.5, 0.1, 0.1))


@pytest.mark.parametrize("minimum", [1, 4, 10])
def test_val_and_test_get_the_minimum_of_every_class_that_is_large_enough(minimum):
    labels = np.repeat([0, 1, 2], [400, 40, 12])
    counts = pd.crosstab(labels, assign_splits(labels, minimum=minimum))
    for split in ("val", "test"):
        assert (counts[split] >= [min(minimum, size // 3) for size in (400, 40, 12)]).all()
    assert counts.loc[0, "test"] == 40
    assert (counts["train"] >= counts["test"]).all()


def test_a_minimum_is_made_of_whole_groups_and_leaves_one_for_each_split():
    labels = np.repeat([0, 1], [60, 60])
    groups = np.concatenate([np.repeat(np.arange(20), 3), 100 + np.repeat(np.arange(3), 20)])
    splits = assign_splits(labels, groups, minimum=8)
    assert splits_of_groups(groups, splits).max() == 1
    counts = pd.crosstab(labels, splits)
    assert (counts.loc[0, ["val", "test"]] >= 8).all()
    assert counts.loc[1].tolist() == [20, 20, 20]

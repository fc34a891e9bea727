import numpy as np
import pytest

from core.datasets.preparing.derivation import regroup_dataset
from core.datasets.store import load_dataset
from core.errors import DatasetError


def test_groups_become_the_classes_and_every_image_keeps_its_place(home):
    digits = load_dataset(home, "digits")
    grouped = regroup_dataset(digits, {str(n): "low" if n < 5 else "high" for n in range(10)})
    assert grouped.class_names == ("low", "high")
    expected = (digits.table["label"].to_numpy() >= 5).astype(int)
    np.testing.assert_array_equal(grouped.table["label"].to_numpy(), expected)
    np.testing.assert_array_equal(grouped.table["split"].to_numpy(), digits.table["split"].to_numpy())
    assert load_dataset(home, "digits").class_names == digits.class_names


def test_groups_of_an_unknown_class_are_refused(home):
    with pytest.raises(DatasetError, match="has no class 'ten'; choose among '0', '1'"):
        regroup_dataset(load_dataset(home, "digits"), {"ten": "high"})


def test_everything_in_one_group_is_refused(home):
    with pytest.raises(DatasetError, match="telling classes apart needs two"):
        regroup_dataset(load_dataset(home, "digits"), {str(n): "all" for n in range(10)})

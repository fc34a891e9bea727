"""Which images a grid shows, and in which order."""

import pytest

from core.datasets.browse import find_samples
from core.datasets.store import load_dataset


def test_classes_take_turns(home):
    dataset = load_dataset(home, "digits")
    found = find_samples(dataset)
    assert len(found) == 1797
    assert dataset.labels(found[:20]).tolist() == [*range(10), *range(10)]


def test_class_and_split_narrow_the_choice(home):
    dataset = load_dataset(home, "digits")
    found = find_samples(dataset, class_name="3", split="val")
    rows = dataset.table.loc[found]
    assert set(rows["label"]) == {3}
    assert set(rows["split"]) == {"val"}
    assert len(find_samples(dataset, split="test")) == len(dataset.sample_ids("test"))
    with pytest.raises(ValueError, match="not in tuple"):
        find_samples(dataset, class_name="thirteen")

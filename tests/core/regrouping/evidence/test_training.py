import numpy as np

from core.datasets.store import load_dataset
from core.regrouping.evidence.training import training_counts


def test_training_images_of_each_class_are_counted(home):
    digits = load_dataset(home, "digits")
    labels = digits.labels(digits.sample_ids("train"))
    expected = tuple(int((labels == label).sum()) for label in range(10))
    assert training_counts(digits, digits.class_names) == expected
    assert sum(expected) == np.sum(digits.included["split"] == "train")


def test_of_other_classes_nothing_is_known(home):
    assert training_counts(load_dataset(home, "digits"), ("low", "high")) is None

"""What a dataset lacks for a training after edits."""

import numpy as np

from core.datasets.editing.edits import exclude, move_to_split, record
from core.datasets.gaps import find_gaps, remedy_of
from core.datasets.store import load_dataset


def test_a_whole_dataset_has_no_gaps(home):
    assert find_gaps(load_dataset(home, "digits")) == []


def test_a_class_without_training_images_cannot_be_learned(home):
    digits = load_dataset(home, "digits")
    ids = digits.sample_ids("train")
    edited = record(home, digits, exclude(digits, ids[digits.labels(ids) == 3]))
    (told,) = find_gaps(edited)
    assert "Without training images: '3'. No network can learn that" in told
    assert "Take images back in, or undo edits, on the Datasets page" in told


def test_classes_and_splits_without_any_image_are_told(home):
    digits = load_dataset(home, "digits")
    all_ids = np.arange(len(digits.table))
    edited = record(home, digits, exclude(digits, all_ids[digits.labels(all_ids) == 7]))
    edited = record(home, edited, move_to_split(edited, edited.sample_ids("test"), "train"))
    gone, untested = find_gaps(edited)
    assert "Without any image left: '7'" in gone
    assert "Without test images there is no final number" in untested


def test_the_remedy_of_a_dataset_without_edits_is_another(home):
    assert remedy_of(load_dataset(home, "digits"), "add it again") == "add it again"

"""Batches: the right pixels with the right labels, in an order fixed by seed and epoch."""

import numpy as np
import pytest

from core.errors import DatasetError, RunError
from core.runs.config import RunConfig
from core.training import pipeline
from core.training.pipeline import (
    Samples,
    TrainingBatches,
    check_trainable,
    evaluation_batches,
    select_samples,
    shuffle_order,
)

GROUPS = {"red": "warm", "green": "cold", "blue": "cold"}


def _samples(num_samples: int = 7) -> Samples:
    """Every second image of a dataset; image i is filled with the number i."""
    numbers = np.arange(2 * num_samples, dtype=np.uint8)
    pixels = np.broadcast_to(numbers[:, None, None, None], (len(numbers), 4, 4, 3))
    ids = np.arange(1, 2 * num_samples, 2)
    return Samples("train", ("a", "b"), ids, ids % 4 // 2, pixels)


def _take(dataset) -> tuple[list[int], list[int], list[int]]:
    batches = [(images.numpy(), labels.numpy()) for images, labels in dataset]
    numbers = np.concatenate([images[:, 0, 0, 0] for images, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    return numbers.tolist(), labels.tolist(), [len(images) for images, _ in batches]


@pytest.fixture(params=["in memory", "from disk"])
def _where(request, monkeypatch):
    if request.param == "from disk":
        monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 0)


@pytest.mark.usefixtures("_where")
def test_an_epoch_has_every_image_once_with_its_label():
    batches = TrainingBatches(_samples(), 3, seed=0)
    batches.start_epoch(1)
    numbers, labels, sizes = _take(batches.dataset)
    assert sorted(numbers) == [1, 3, 5, 7, 9, 11, 13]
    assert labels == [number % 4 // 2 for number in numbers]
    assert sizes == [3, 3, 1]
    assert batches.num_steps == 3


@pytest.mark.usefixtures("_where")
def test_the_order_of_an_epoch_is_fixed_by_seed_and_epoch():
    first, again, other = (TrainingBatches(_samples(20), 4, seed=seed) for seed in (5, 5, 6))
    orders = []
    for batches, epoch in ((first, 1), (first, 2), (again, 2), (other, 2)):
        batches.start_epoch(epoch)
        orders.append(_take(batches.dataset)[0])
    assert orders[1] == orders[2]
    assert orders[0] != orders[1]
    assert orders[1] != orders[3]


@pytest.mark.usefixtures("_where")
def test_images_are_evaluated_in_the_order_of_their_ids():
    numbers, labels, sizes = _take(evaluation_batches(_samples()))
    assert numbers == [1, 3, 5, 7, 9, 11, 13]
    assert labels == [0, 1, 0, 1, 0, 1, 0]
    assert sizes == [7]


def test_images_stay_bytes_on_their_way():
    images, labels = next(iter(evaluation_batches(_samples())))
    assert images.dtype == "uint8"
    assert labels.dtype == "int64"


def test_shuffling_keeps_every_image():
    assert sorted(shuffle_order(100, seed=1, epoch=2)) == list(range(100))


def test_a_grouped_run_learns_groups(add_colors):
    dataset = add_colors(train=6)
    pixels = np.zeros((len(dataset.table), 8, 8, 3), np.uint8)
    samples = select_samples(dataset, RunConfig(dataset="colors", groups=GROUPS), pixels, "train")
    assert samples.class_names == ("warm", "cold")
    assert samples.labels.tolist() == [0, 1, 1, 0, 1, 1]
    assert samples.sample_ids.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("split", "purpose"), [("train", "to learn from"), ("val", "to tell which epoch was the best")]
)
def test_a_dataset_without_a_needed_split_is_refused(add_colors, split, purpose):
    dataset = add_colors(**{split: 0})
    with pytest.raises(DatasetError, match=f"'colors' has no {split} images, which a run needs {purpose};"):
        check_trainable(dataset, RunConfig(dataset="colors"))


def test_a_single_class_in_training_is_refused(add_colors):
    dataset = add_colors(train=4, train_labels=[1, 1, 1, 1])
    with pytest.raises(DatasetError, match="of one class, 'green'; add it again with images of at least two"):
        check_trainable(dataset, RunConfig(dataset="colors"))


def test_a_single_group_in_training_is_refused(add_colors):
    dataset = add_colors(train=4, train_labels=[1, 2, 1, 2])
    with pytest.raises(RunError, match="all training images into one group, 'cold'; split it on the"):
        check_trainable(dataset, RunConfig(dataset="colors", groups=GROUPS))

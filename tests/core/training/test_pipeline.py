"""Batches: the right pixels with the right labels, in an order fixed by seed and epoch."""

from dataclasses import replace

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
    feature_batches,
    select_samples,
)
from core.training.sampling import epoch_order

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
    batches = TrainingBatches(_samples(), RunConfig(dataset="d", batch_size=3))
    batches.start_epoch(1)
    numbers, labels, sizes = _take(batches.dataset)
    assert sorted(numbers) == [1, 3, 5, 7, 9, 11, 13]
    assert labels == [number % 4 // 2 for number in numbers]
    assert sizes == [3, 3, 1]
    assert batches.num_steps == 3


@pytest.mark.usefixtures("_where")
def test_the_order_of_an_epoch_is_fixed_by_seed_and_epoch():
    configs = [RunConfig(dataset="d", batch_size=4, seed=seed) for seed in (5, 5, 6)]
    first, again, other = (TrainingBatches(_samples(20), config) for config in configs)
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


def test_where_classes_count_differently_batches_bring_weights():
    samples = replace(_samples(4), labels=np.array([0, 0, 0, 1]))
    batches = TrainingBatches(samples, RunConfig(dataset="d", batch_size=4, class_weights="balanced"))
    batches.start_epoch(1)
    _, labels, weights = next(iter(batches.dataset))
    assert weights.numpy() == pytest.approx(np.where(labels.numpy() == 1, 2, 2 / 3))
    assert len(next(iter(evaluation_batches(samples)))) == 2


def test_views_come_in_turn():
    config = RunConfig(dataset="d", batch_size=7, augmentation="light", augmentation_views=2)
    pixels = np.random.default_rng(0).integers(0, 256, (14, 8, 8, 3), dtype=np.uint8)
    batches = TrainingBatches(replace(_samples(), pixels=pixels), config)
    seen = []
    for epoch in (1, 2, 3):
        batches.start_epoch(epoch)
        images, _ = next(iter(batches.dataset))
        order = np.argsort(epoch_order(config, _samples().labels, epoch))
        seen.append(images.numpy()[order])
    assert np.array_equal(seen[0], seen[2])
    assert not np.array_equal(seen[0], seen[1])


def test_features_on_disk_take_the_place_of_images_view_by_view():
    config = RunConfig(dataset="d", batch_size=4, augmentation="light", augmentation_views=2)
    samples = _samples()
    views = [np.arange(7, dtype=np.float16)[:, None] + 100 * view for view in range(2)]
    batches = TrainingBatches(samples, config, features=views)
    for epoch in (1, 2):
        batches.start_epoch(epoch)
        rows = np.concatenate([features.numpy()[:, 0] for features, _ in batches.dataset])
        order = epoch_order(config, samples.labels, epoch)
        assert rows.tolist() == views[epoch - 1][order, 0].tolist()
    values, labels = next(iter(feature_batches(views[1], samples.labels, 7)))
    assert np.array_equal(values.numpy(), views[1])
    assert labels.numpy().tolist() == samples.labels.tolist()


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

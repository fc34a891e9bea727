"""Random pictures of each class and their mean, against NumPy."""

import numpy as np
import pandas as pd
import pytest

from core.datasets.dataset import Dataset
from core.datasets.images.mean_images import mean_images, sample_classes
from core.datasets.store import load_dataset, save_dataset


def save_flat(home, values, *, shape=(32, 32)):
    """A dataset with one grey image for each value or array of values, all of class 0."""
    count = len(values)
    images = np.stack([np.broadcast_to(value, shape) for value in values]).astype(np.uint8)
    table = pd.DataFrame(
        {
            "path": None, "position": range(count), "label": 0, "split": "train", "group": None,
            "width": shape[1], "height": shape[0], "mode": "L", "sha1": [str(n) for n in range(count)],
            "excluded": False, "reason": None,
        }
    )  # fmt: skip
    return save_dataset(home, Dataset("flat", "Flat.", ("grey",), table), images)


def test_samples_are_random_repeatable_and_of_the_class_and_split(home):
    dataset = load_dataset(home, "digits")
    samples = sample_classes(dataset, [3, 7], 9, split="val", seed=1)
    assert [len(group) for group in samples] == [9, 9]
    for label, group in zip((3, 7), samples, strict=True):
        assert set(dataset.labels(group)) == {label}
        assert set(dataset.table["split"].iloc[group]) == {"val"}
        assert len(set(group.tolist())) == 9
    again = sample_classes(dataset, [7], 9, split="val", seed=1)
    assert again[0].tolist() == samples[1].tolist()
    assert sample_classes(dataset, [7], 9, split="val", seed=2)[0].tolist() != again[0].tolist()


def test_a_class_with_few_images_gives_those_and_one_without_gives_none(home):
    dataset = save_flat(home, [1, 2])
    assert sorted(sample_classes(dataset, [0], 9)[0]) == [0, 1]
    assert sample_classes(dataset, [0], 9, split="test")[0].tolist() == []


def test_the_mean_is_the_mean_of_all_pixels(home):
    dataset = save_flat(home, [0, 100, 200, 50])
    means = mean_images(dataset, [np.array([0, 1, 2]), np.array([3])], size=32)
    assert [mean.num_images for mean in means] == [3, 1]
    assert means[0].pixels.shape == (32, 32, 3)
    assert set(np.unique(means[0].pixels)) == {100}
    assert set(np.unique(means[1].pixels)) == {50}


def test_the_mean_of_noise_agrees_with_numpy(home):
    noise = np.random.default_rng(0).integers(0, 256, (7, 32, 32), dtype=np.uint8)
    dataset = save_flat(home, noise)
    (mean,) = mean_images(dataset, [np.arange(7)], size=32)
    expected = np.repeat(noise.astype(float).mean(axis=0)[..., None], 3, axis=2)
    assert np.abs(mean.pixels - expected).max() <= 0.5


def test_the_mean_has_the_shape_of_the_images_and_nothing_has_no_mean(home):
    dataset = save_flat(home, [10, 20], shape=(20, 40))
    means = mean_images(dataset, [np.array([0, 1]), np.zeros(0, np.int64)], size=96)
    assert means[0].pixels.shape == (48, 96, 3)
    assert means[1] is None
    assert mean_images(dataset, []) == []


@pytest.mark.parametrize("num_gone", [1, 2])
def test_images_that_have_gone_are_not_part_of_the_mean(home, make_folder, num_gone):
    from core.datasets.adding.add import add_dataset

    dataset = add_dataset(home, make_folder({"cat": 10, "dog": 10}))
    group = sample_classes(dataset, [0], 2)[0]
    for one in group[:num_gone]:
        (dataset.root / dataset.table["path"].iat[int(one)]).unlink()
    (mean,) = mean_images(dataset, [group])
    assert (mean is None) == (num_gone == 2)
    assert mean is None or mean.num_images == 1

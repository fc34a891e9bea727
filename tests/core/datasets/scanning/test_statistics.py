"""Numbers about all images together, against NumPy over all pixels."""

import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.images.reading import read_image
from core.datasets.scanning.scan import scan_dataset
from core.datasets.scanning.statistics import channel_statistics, compute_distribution, distributions
from core.datasets.store import load_dataset


def test_mean_and_deviation_of_the_training_split_are_numpys_over_all_its_pixels(home, write_image, tmp_path):
    for number in range(12):  # all sizes differ: a pixel counts the same wherever it stands
        write_image(f"pets/{'cat' if number % 2 else 'dog'}/{number}.png", 5 + number, 40 - 3 * number)
    dataset = add_dataset(home, tmp_path / "pets")
    scan = scan_dataset(home, dataset)
    for split in ("train", "val", "test"):
        ids = dataset.sample_ids(split)
        pixels = np.concatenate([read_image(dataset, sample_id).reshape(-1, 3) for sample_id in ids])
        found = channel_statistics(dataset, scan, split=split)
        assert found.index.tolist() == ["red", "green", "blue"]
        assert found["mean"].to_numpy() == pytest.approx(pixels.mean(axis=0), rel=1e-6)
        assert found["std"].to_numpy() == pytest.approx(pixels.std(axis=0), rel=1e-6)


def test_digits_are_grey_and_have_the_mean_of_their_array(home):
    dataset = load_dataset(home, "digits")
    found = channel_statistics(dataset, scan_dataset(home, dataset))
    array = np.load(dataset.array_path)[dataset.sample_ids("train")]
    assert found["mean"].to_numpy() == pytest.approx([array.mean()] * 3, rel=1e-6)
    assert found["std"].to_numpy() == pytest.approx([array.std()] * 3, rel=1e-6)


def test_images_that_have_gone_do_not_count_and_a_split_without_any_has_no_numbers(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 10, "dog": 10}))
    for sample_id in dataset.sample_ids("val"):
        (dataset.root / dataset.table["path"].iat[sample_id]).unlink()
    scan = scan_dataset(home, dataset)
    assert channel_statistics(dataset, scan, split="val").isna().all(axis=None)
    assert channel_statistics(dataset, scan).notna().all(axis=None)
    assert distributions(dataset, scan)[3].counts.sum() == 20 - len(dataset.sample_ids("val"))


def test_without_a_scan_there_are_sizes_and_with_one_light_and_bytes(home, write_image, tmp_path):
    for name in ("cat", "dog"):
        for number in range(3):
            write_image(f"pets/{name}/{number}.png", 10, 20 + number)
    dataset = add_dataset(home, tmp_path / "pets")
    sizes = {found.name: found for found in distributions(dataset)}
    assert list(sizes) == ["Width", "Height", "Aspect ratio (width / height)"]
    assert sizes["Width"].counts.tolist() == [2, 2, 2]
    assert sizes["Width"].edges.tolist() == [19.5, 20.5, 21.5, 22.5]
    assert (sizes["Height"].smallest, sizes["Height"].median, sizes["Height"].largest) == (10, 10, 10)
    assert sizes["Height"].counts.tolist() == [6]
    everything = distributions(dataset, scan_dataset(home, dataset))
    assert [found.name for found in everything[3:]] == ["Brightness", "File size"]
    bytes_of_files = [path.stat().st_size for path in (tmp_path / "pets").rglob("*.png")]
    assert everything[4].largest == max(bytes_of_files) / 1024
    assert everything[4].unit == "KiB"


@pytest.mark.parametrize(
    "values",
    [np.arange(1000.0), np.random.default_rng(0).normal(size=500), np.array([3.0]), np.array([0.25])],
)
def test_every_image_is_in_one_of_at_most_forty_bins(values):
    found = compute_distribution(values, name="x")
    assert found.counts.sum() == len(values)
    assert len(found.counts) <= 40
    assert len(found.edges) == len(found.counts) + 1
    assert np.array_equal(found.counts, np.histogram(values, found.edges)[0])
    assert (np.diff(found.edges) > 0).all()
    assert (found.smallest, found.largest) == (values.min(), values.max())


def test_no_image_gives_no_bin():
    found = compute_distribution(np.zeros(0), name="x")
    assert len(found.counts) == 0
    assert np.isnan(found.median)

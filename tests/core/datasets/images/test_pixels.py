"""All images at one size, decoded once."""

import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.images import pixels as module
from core.datasets.images.pixels import load_pixels
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.store import load_dataset
from core.errors import DatasetFileError, WorkspaceError


def test_rows_are_the_resized_images_and_excluded_rows_are_zero(home, make_folder):
    root = make_folder({"cat": 3, "dog": 3})
    (root / "cat" / "1.jpg").write_text("no image")
    dataset = add_dataset(home, root)
    pixels = load_pixels(home, dataset, square(8))
    assert (pixels.shape, pixels.dtype) == ((6, 8, 8, 3), np.uint8)
    for sample_id in dataset.included.index:
        np.testing.assert_array_equal(
            pixels[sample_id], resize_image(read_image(dataset, sample_id), square(8))
        )
    assert not pixels[dataset.rejected.index].any()


def test_an_array_dataset_has_the_same_pixels_as_its_images(home):
    digits = load_dataset(home, "digits")
    pixels = load_pixels(home, digits, square(16))
    for sample_id in (0, 700, 1796):
        np.testing.assert_array_equal(
            pixels[sample_id], resize_image(read_image(digits, sample_id), square(16))
        )


def test_the_second_time_nothing_is_decoded(home, make_folder, monkeypatch):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    first = np.array(load_pixels(home, dataset, square(8)))
    monkeypatch.setattr(module, "decode_file", None)
    np.testing.assert_array_equal(load_pixels(home, dataset, square(8)), first)


def test_a_damaged_cache_is_made_again(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    load_pixels(home, dataset, square(8))
    path = next((home.datasets_dir / "pets").glob("pixels-8-*.npy"))
    path.write_bytes(path.read_bytes()[:-50])
    assert load_pixels(home, dataset, square(8)).shape == (4, 8, 8, 3)


def test_stopping_leaves_no_half_cache(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_pixels(home, dataset, square(8), progress=stop)
    left = {path.name for path in (home.datasets_dir / "pets").iterdir()}
    assert left == {"dataset.json", "images.parquet"}


def test_an_image_that_has_gone_is_named(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    (dataset.root / "dog" / "1.jpg").unlink()
    with pytest.raises(DatasetFileError, match=r"1.jpg cannot be used.*check that it is there"):
        load_pixels(home, dataset, square(8))


def test_a_full_disk_is_refused_and_leaves_nothing(home, make_folder):
    resource = pytest.importorskip("resource")
    dataset = add_dataset(home, make_folder({"cat": 20, "dog": 20}))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(WorkspaceError, match=r"cannot be written .*; free some disk space"):
            load_pixels(home, dataset, square(64))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    left = {path.name for path in (home.datasets_dir / "pets").iterdir()}
    assert left == {"dataset.json", "images.parquet"}

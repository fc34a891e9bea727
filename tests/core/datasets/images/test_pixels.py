"""All images at one size, decoded once."""

import gc
import shutil
from collections import namedtuple

import numpy as np
import pytest

from core.caches import clear_caches, list_caches, set_limit
from core.datasets.adding.add import add_dataset
from core.datasets.images import pixels as module
from core.datasets.images.pixels import load_pixels, open_pixels
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.images.unkept_pixels import UnkeptPixels
from core.datasets.store import load_dataset
from core.errors import CacheFullError, DatasetFileError, WorkspaceError


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


def test_pixels_stay_as_long_as_a_part_of_them_is_used(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    pixels = load_pixels(home, dataset, square(8))
    part = pixels[1:]
    del pixels
    assert clear_caches(home).num_kept == 1
    del part
    gc.collect()
    assert clear_caches(home).num_caches == 1


def test_pixels_count_with_their_dataset_and_as_used_now(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    for size in (8, 9):
        load_pixels(home, dataset, square(size))
    load_pixels(home, dataset, square(8))
    found = list_caches(home)
    assert [cache.path.name.split("-")[1] for cache in found] == ["9", "8"]
    assert {(cache.kind, cache.owner) for cache in found} == {("pixels", "pets")}


def test_pixels_of_a_size_not_used_for_long_make_room(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    load_pixels(home, dataset, square(16))
    set_limit(home, 0.000004)  # 4 kB; 16 x 16 takes 3.2, 12 x 12 takes 1.9
    load_pixels(home, dataset, square(12))
    assert [cache.path.name.split("-")[1] for cache in list_caches(home)] == ["12"]


def test_without_room_pixels_are_refused_in_one_sentence(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    set_limit(home, 0.000001)
    with pytest.raises(CacheFullError, match=r"cache of 3 kB does not fit: .* raise the limit with"):
        load_pixels(home, dataset, square(16))


def test_without_room_pixels_are_decoded_when_asked_for(home, make_folder):
    root = make_folder({"cat": 3, "dog": 3})
    (root / "cat" / "1.jpg").write_text("no image")
    dataset = add_dataset(home, root)
    expected = np.array(load_pixels(home, dataset, square(16)))
    assert not isinstance(open_pixels(home, dataset, square(16)), UnkeptPixels)
    gc.collect()
    clear_caches(home)
    set_limit(home, 0.000001)
    pixels = open_pixels(home, dataset, square(16))
    assert isinstance(pixels, UnkeptPixels)
    assert "decoded anew in every epoch, which is slow. A cache of 5 kB does not fit" in pixels.reason
    assert (pixels.shape, pixels.dtype, pixels.ndim, len(pixels)) == (expected.shape, np.uint8, 4, 6)
    assert pixels.nbytes == expected.nbytes
    some = np.array([5, 0, 0])
    for index in (3, -1, np.int64(2), slice(1, 4), some, some[:0], dataset.readable):
        np.testing.assert_array_equal(pixels[index], expected[index])
    np.testing.assert_array_equal(np.asarray(pixels), expected)
    assert np.asarray(pixels, np.float32).dtype == np.float32
    with pytest.raises(IndexError):
        pixels[6]
    assert list_caches(home) == []


def test_on_a_full_disk_training_still_gets_its_pixels(home, make_folder, monkeypatch):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    usage = namedtuple("usage", "total used free")(10**12, 10**12, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    pixels = open_pixels(home, dataset, square(8))
    np.testing.assert_array_equal(pixels[1], resize_image(read_image(dataset, 1), square(8)))
    assert "0 kB are free" in pixels.reason


def test_for_a_look_at_a_few_nothing_is_kept_unless_it_is_there_already(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    few = open_pixels(home, dataset, square(8), keep=False)
    assert isinstance(few, UnkeptPixels)
    assert list_caches(home) == []
    load_pixels(home, dataset, square(8))
    kept = open_pixels(home, dataset, square(8), keep=False)
    assert not isinstance(kept, UnkeptPixels)
    np.testing.assert_array_equal(few[2], kept[2])

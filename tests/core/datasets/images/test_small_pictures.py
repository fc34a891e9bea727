"""Small pictures from files, from the scan's thumbnails and from arrays."""

import cv2
import numpy as np

from core.datasets.adding.add import add_dataset
from core.datasets.images.decoding import decode_reduced
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.images.small_pictures import SIDE, read_small_pictures
from core.datasets.images.thumbnail_pack import PackWriter, pack_path
from core.datasets.images.thumbnails import thumbnails
from core.datasets.store import load_dataset


def test_files_are_read_at_32_pixels_with_progress(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 3, "dog": 2}))
    told = []
    pictures, could_read = read_small_pictures(
        dataset, np.array([4, 0]), progress=lambda done, total: told.append((done, total))
    )
    assert pictures.shape == (2, SIDE, SIDE, 3)
    assert pictures.dtype == np.uint8
    assert could_read.all()
    for picture, sample_id in zip(pictures, (4, 0), strict=True):
        np.testing.assert_array_equal(picture, resize_image(read_image(dataset, sample_id), square(SIDE)))
    assert told == [(2, 2)]


def test_an_array_is_shown_as_it_is(home):
    dataset = load_dataset(home, "digits")
    pictures, could_read = read_small_pictures(dataset, np.array([5]))
    expected = cv2.resize(read_image(dataset, 5), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(pictures[0], expected)
    assert could_read.all()


def test_a_picture_that_has_gone_is_black_and_said(home, make_folder):
    folder = make_folder({"cat": 2, "dog": 2})
    dataset = add_dataset(home, folder)
    (folder / dataset.table["path"].iat[1]).unlink()
    pictures, could_read = read_small_pictures(dataset, np.arange(4))
    assert could_read.tolist() == [True, False, True, True]
    assert not pictures[1].any()


def test_the_thumbnails_of_the_scan_are_used_where_there_are_any(home, make_folder):
    folder = make_folder({"cat": 2, "dog": 2})
    dataset = add_dataset(home, folder)
    jpegs = thumbnails(dataset, [0, 1, 2])
    pack = PackWriter(pack_path(dataset), len(dataset.table))
    pack.add_all(range(len(jpegs)), jpegs)
    pack.complete()
    pack.keep()
    for path in dataset.table["path"]:
        (folder / path).unlink()
    pictures, could_read = read_small_pictures(dataset, np.arange(4))
    assert could_read.tolist() == [True, True, True, False]
    np.testing.assert_array_equal(pictures[2], resize_image(decode_reduced(jpegs[2], SIDE), square(SIDE)))

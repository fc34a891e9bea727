"""One image of a dataset, and the size networks see."""

import cv2
import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.images.reading import decode_file, read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.store import load_dataset
from core.errors import DatasetError, DatasetFileError


def test_an_image_of_a_folder_and_of_an_array_is_rgb(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 1, "dog": 1}))
    expected = cv2.imread(str(dataset.root / "dog" / "0.jpg"))[..., ::-1]
    np.testing.assert_array_equal(read_image(dataset, 1), expected)
    digits = load_dataset(home, "digits")
    image = read_image(digits, 5)
    assert (image.shape, image.dtype) == ((8, 8, 3), np.uint8)
    assert (image[..., 0] == image[..., 2]).all()
    image[:] = 0  # the caller's own copy: the stored array must not change
    assert read_image(digits, 5).any()


def test_an_image_that_is_gone_or_was_never_there_is_refused(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 1, "dog": 1}))
    (dataset.root / "cat" / "0.jpg").unlink()
    with pytest.raises(DatasetFileError, match=r"0.jpg cannot be used as an image.*check that it is there"):
        read_image(dataset, 0)
    for sample_id in (2, -1):
        with pytest.raises(DatasetError, match=f"no image {sample_id}; its images are numbered 0 to 1"):
            read_image(dataset, sample_id)


def test_a_file_of_text_is_refused_by_its_name(tmp_path):
    (tmp_path / "a.jpg").write_text("hello")
    with pytest.raises(DatasetFileError, match=r"a.jpg cannot be used as an image. The file is not an image"):
        decode_file(tmp_path / "a.jpg")


def test_resizing_averages_when_smaller_and_interpolates_when_larger():
    image = np.zeros((4, 4, 3), np.uint8)
    image[:2, :2] = 100
    assert resize_image(image, square(2))[..., 0].tolist() == [[100, 0], [0, 0]]
    assert resize_image(image, square(1))[0, 0].tolist() == [25, 25, 25]
    assert resize_image(image, square(8)).shape == (8, 8, 3)
    assert resize_image(image[..., 0], square(2)).tolist() == [[100, 0], [0, 0]]
    assert resize_image(image, square(4)) is image

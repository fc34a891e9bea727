"""One image as large as a screen can show it."""

import io

import numpy as np
import pytest
from PIL import Image

from core.datasets.adding.add import add_dataset
from core.datasets.images.full_picture import MAX_SIDE, full_picture
from core.datasets.images.reading import read_image
from core.datasets.store import load_dataset
from core.errors import DatasetError, DatasetFileError


def decoded(picture):
    return np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGB"))


def test_a_small_image_keeps_every_pixel(home):
    dataset = load_dataset(home, "digits")
    picture = full_picture(dataset, 5)
    assert (picture.media_type, picture.width, picture.height) == ("image/png", 8, 8)
    assert np.array_equal(decoded(picture), read_image(dataset, 5))


def test_a_large_image_becomes_a_jpeg_and_a_huge_one_is_shrunk(home, write_image):
    for name, size in (("large", (300, 400)), ("huge", (900, 3200))):
        for number in range(10):
            write_image(f"pets/{name}/{number}.png", *(size if number == 0 else (12, 16)))
    dataset = add_dataset(home, write_image("pets/large/0.png", 300, 400).parents[1])
    sizes = {}
    for sample_id in np.flatnonzero(dataset.table["width"] > 16):
        picture = full_picture(dataset, int(sample_id))
        assert picture.media_type == "image/jpeg"
        assert decoded(picture).shape == (picture.height, picture.width, 3)
        sizes[dataset.table["width"].iat[sample_id]] = (picture.width, picture.height)
    assert sizes == {400: (400, 300), 3200: (MAX_SIDE, 450)}


def test_what_is_not_there_is_told(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 10, "dog": 10}))
    with pytest.raises(DatasetError, match="has no image 20; its images are numbered 0 to 19"):
        full_picture(dataset, 20)
    (dataset.root / dataset.table["path"].iat[0]).unlink()
    with pytest.raises(DatasetFileError, match="check that it is there"):
        full_picture(dataset, 0)

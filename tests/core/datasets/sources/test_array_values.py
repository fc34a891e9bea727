"""Numbers of any type and range to 8 bit images."""

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources.array_values import check_shape, to_images
from core.errors import DatasetError

RANDOM = np.random.default_rng(0)


def one(images: np.ndarray) -> np.ndarray:
    return to_images({"train": images}, "a.npz")[0]["train"]


def test_sixteen_bits_are_scaled_by_their_full_range_and_said():
    images = np.array([0, 256, 65535, 30000], np.uint16).reshape(1, 2, 2)
    found, notes = to_images({"train": images}, "a.npz")
    np.testing.assert_array_equal(found["train"].ravel(), np.rint(images.ravel() / 257))
    assert notes == ["Values of 16 bits, 0-65535, were scaled to 0-255."]


def test_sixteen_bits_that_hold_eight_stay_as_they_are():
    images = RANDOM.integers(0, 256, (3, 4, 5)).astype(np.uint16)
    np.testing.assert_array_equal(one(images), images)


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_transparency_is_on_white_as_pillow_composes_it(kind):
    images = RANDOM.integers(0, 256, (3, 6, 5, 4), dtype=np.uint8)
    images[0, 0, 0] = (255, 255, 255, 255)
    found = one(images if kind is np.uint8 else (images / 255).astype(kind))
    for image, result in zip(images, found, strict=True):
        picture = Image.fromarray(image, "RGBA")
        expected = np.array(
            Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
        )
        assert np.abs(expected.astype(int) - result).max() <= 1  # Pillow rounds in between


def test_real_numbers_that_miss_their_range_by_rounding_are_taken_for_0_to_1():
    images = np.array([-1e-6, 0.5, 1.0000001, 1.0], np.float32).reshape(1, 2, 2)
    np.testing.assert_array_equal(one(images).ravel(), [0, 128, 255, 255])


def test_all_splits_are_scaled_alike_even_one_that_is_dark():
    bright, dark = np.full((1, 2, 2), 200.0), np.full((1, 2, 2), 1.0)
    found, _ = to_images({"train": bright, "test": dark}, "a.npz")
    assert (found["train"].max(), found["test"].max()) == (200, 1)


def test_an_empty_split_and_large_arrays_are_no_trouble():
    found, _ = to_images({"train": np.full((2500, 2, 2), 0.5), "test": np.zeros((0, 2, 2))}, "a.npz")
    assert [len(images) for images in found.values()] == [2500, 0]
    assert (found["train"] == 128).all()


@pytest.mark.parametrize("images", [np.zeros((2, 2, 2), complex), np.zeros((2, 2, 2), "datetime64[s]")])
def test_what_is_no_number_is_refused(images):
    with pytest.raises(DatasetError, match="not numbers; save them as uint8"):
        one(images)


@pytest.mark.parametrize("shape", [(5,), (5, 4), (5, 4, 4, 2), (5, 4, 4, 4, 3), (5, 0, 4)])
def test_shapes_that_are_no_images_are_refused(shape):
    with pytest.raises(DatasetError, match=r"do not fit; expected is \(n, height, width\) for grey"):
        check_shape(shape, "x in a.npz")

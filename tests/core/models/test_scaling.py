"""Scaling of pixels: the numbers of Keras Applications and of the training images."""

import numpy as np
import pytest
from keras.applications.imagenet_utils import preprocess_input

from core.models.scaling import PixelStats, find_rescale

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 3, 3, 3)).astype(np.float64)


def _scaled(scaling, stats=None):
    rescale = find_rescale(scaling, stats)
    return IMAGES * np.array(rescale.scale) + np.array(rescale.offset)


@pytest.mark.parametrize(("scaling", "mode"), [("symmetric", "tf"), ("torch", "torch"), ("caffe", "caffe")])
def test_pixels_become_what_keras_makes_of_them(scaling, mode):
    expected = preprocess_input(IMAGES.copy(), data_format="channels_last", mode=mode)
    if mode == "caffe":
        expected = expected[..., ::-1]  # Keras turns red, green, blue around; here they stay
    assert np.allclose(_scaled(scaling), expected)


def test_training_images_get_mean_zero_and_spread_one_for_each_color():
    flat = IMAGES.reshape(-1, 3)
    stats = PixelStats(*(tuple(row) for row in (flat.mean(0), flat.std(0), flat.min(0), flat.max(0))))
    standard, minmax = _scaled("standard", stats).reshape(-1, 3), _scaled("minmax", stats).reshape(-1, 3)
    assert np.allclose(standard.mean(0), 0)
    assert np.allclose(standard.std(0), 1)
    assert np.allclose((minmax.min(0), minmax.max(0)), ((0, 0, 0), (1, 1, 1)))


def test_a_color_that_never_changes_is_only_shifted():
    stats = PixelStats(mean=(9, 9, 9), std=(0, 0, 0), low=(9, 9, 9), high=(9, 9, 9))
    assert find_rescale("standard", stats) == find_rescale("minmax", stats) == ([1, 1, 1], [-9, -9, -9])


def test_without_statistics_nothing_changes():
    assert np.array_equal(_scaled("standard"), IMAGES)
    assert np.array_equal(_scaled("minmax"), IMAGES)

"""Statistics of training pixels are those of numpy, however large the blocks."""

import numpy as np
import pytest

from core.datasets.images.unkept_pixels import UnkeptPixels
from core.training import pixel_stats as module
from core.training.pixel_stats import pixel_stats

PIXELS = np.random.default_rng(0).integers(3, 250, (20, 7, 9, 3), dtype=np.uint8)
IDS = np.array([1, 4, 5, 19, 2])


@pytest.mark.parametrize("block_pixels", [1, 130, 10**6])
def test_all_four_are_those_of_numpy_on_the_chosen_images(monkeypatch, block_pixels):
    monkeypatch.setattr(module, "BLOCK_PIXELS", block_pixels)
    found = pixel_stats(PIXELS, IDS)
    chosen = PIXELS[IDS].astype(np.float64)
    expected = [getattr(chosen, name)(axis=(0, 1, 2)) for name in ("mean", "std", "min", "max")]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert all(type(number) is float for channel in found for number in channel)


def test_a_single_color_has_no_spread():
    found = pixel_stats(np.full((2, 4, 4, 3), (0, 7, 255), np.uint8), np.array([0, 1]))
    assert found.mean == found.low == found.high == (0, 7, 255)
    assert found.std == (0, 0, 0)


def test_pixels_that_are_not_kept_have_the_same(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_PIXELS", 130)
    unkept = UnkeptPixels(PIXELS.__getitem__, PIXELS.shape, readable=np.ones(20, bool), reason="")
    assert pixel_stats(unkept, IDS) == pixel_stats(PIXELS, IDS)

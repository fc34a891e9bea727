import numpy as np
import pytest
from PIL import Image

from core.datasets.images.resizing import Resizing, resize_image, square

RNG = np.random.default_rng(0)
WIDE = RNG.integers(0, 256, (20, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos"])
def test_a_filter_is_that_of_pillow(method: str) -> None:
    expected = Image.fromarray(WIDE).resize((8, 16), getattr(Image.Resampling, method.upper()))
    np.testing.assert_array_equal(resize_image(WIDE, Resizing(16, 8, method)), np.asarray(expected))


def test_area_is_the_mean_of_what_becomes_one_pixel() -> None:
    means = WIDE.reshape(10, 2, 10, 4, 3).mean(axis=(1, 3))
    assert np.abs(resize_image(WIDE, Resizing(10, 10)).astype(float) - means).max() <= 0.5


def test_cropping_keeps_the_middle_and_padding_puts_black_around_the_whole() -> None:
    np.testing.assert_array_equal(resize_image(WIDE, Resizing(20, 20, fit="crop")), WIDE[:, 10:30])
    padded = resize_image(WIDE, Resizing(40, 40, fit="pad"))
    np.testing.assert_array_equal(padded[10:30], WIDE)
    assert not padded[:10].any()
    assert not padded[30:].any()


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("method", ["area", "bilinear", "bicubic", "lanczos"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 7, 3), (64, 30, 3)])
def test_every_image_gets_the_shape_asked_for(shape: tuple[int, ...], method: str, fit: str) -> None:
    image = RNG.integers(0, 256, shape, dtype=np.uint8)
    assert resize_image(image, Resizing(30, 64, method, fit)).shape == (30, 64, *shape[2:])


def test_the_name_tells_settings_apart() -> None:
    sizes, methods, fits = ((8, 8), (8, 16)), ("area", "bilinear"), ("stretch", "pad", "crop")
    names = {Resizing(*s, m, f).name for s in sizes for m in methods for f in fits}
    assert len(names) == 12
    assert square(64).name == "64"

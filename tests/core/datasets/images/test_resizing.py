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


def box_weights(old: int, new: int) -> np.ndarray:
    """How much of each old pixel lies in each new one, shape (new, old)."""
    edges = np.arange(new + 1) * old / new
    starts = np.arange(old)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.maximum(overlap, 0) * new / old


def test_area_weighs_pixels_that_are_cut_in_two() -> None:
    expected = np.einsum("ab,bcd,ec->aed", box_weights(20, 7), WIDE, box_weights(40, 13))
    assert np.abs(resize_image(WIDE, Resizing(7, 13)) - expected).max() <= 0.51


@pytest.mark.parametrize("image", [WIDE, WIDE[..., 0]])
def test_area_takes_means_along_the_side_that_shrinks_also_where_the_other_grows(image) -> None:
    means = image.astype(float).reshape(20, 10, 4, *image.shape[2:]).mean(axis=2)
    resized = resize_image(image, Resizing(60, 10)).astype(float)
    assert np.abs(resized[1::3] - means).max() <= 0.51  # of three new rows the middle one lies on an old one


@pytest.mark.parametrize(("method", "neighbors"), [("bilinear", 2), ("bicubic", 4), ("lanczos", 6)])
def test_a_filter_weighs_as_many_neighbors_as_its_help_says(method: str, neighbors: int) -> None:
    image = np.full((8, 40), 100, np.uint8)
    image[:, 20] = 200
    grown = resize_image(image, Resizing(8, 400, method))[0]
    assert np.ptp(np.flatnonzero(grown != 100)) // 10 + 1 == neighbors


@pytest.mark.parametrize("method", ["area", "bilinear", "bicubic", "lanczos"])
@pytest.mark.parametrize("shape", [(300, 20), (20, 300), (90, 45), (45, 90)])
def test_a_plain_picture_stays_plain_and_padding_keeps_proportions(shape, method: str) -> None:
    image = np.full((*shape, 3), 77, np.uint8)
    assert (resize_image(image, Resizing(64, 48, method)) == 77).all()
    assert (resize_image(image, Resizing(64, 48, method, "crop")) == 77).all()
    padded = resize_image(image, Resizing(64, 48, method, "pad"))
    rows, columns = (np.flatnonzero((padded == 77).any(axis=(axis, 2))) for axis in (1, 0))
    assert abs(len(rows) * shape[1] - len(columns) * shape[0]) <= max(shape)
    assert (padded[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] == 77).all()
    assert (padded == 77).sum() == 3 * len(rows) * len(columns)


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

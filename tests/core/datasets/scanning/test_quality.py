"""Numbers of one image's pixels against NumPy, SciPy and Pillow."""

import cv2
import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn
from scipy.ndimage import laplace

from core.datasets.scanning.quality import (
    SMALL_SIZE,
    measure_pixels,
    perceptual_hashes,
    scale_to,
    sharpness_of,
    tiny_pictures,
)


def noise(height, width, seed=0):
    """Coarse colored blobs with some fine noise, as photographs have."""
    random = np.random.default_rng(seed)
    coarse = cv2.resize(random.integers(0, 256, (6, 8, 3), dtype=np.uint8), (width, height))
    fine = random.integers(-10, 11, (height, width, 3))
    return np.clip(coarse.astype(int) + fine, 0, 255).astype(np.uint8)


def hash_of(pixels):
    return int(perceptual_hashes(measure_pixels(pixels).square[None])[0])


@pytest.mark.parametrize("shape", [(8, 8), (50, 96), (150, 200), (1, 300), (700, 333)])
def test_light_and_color_are_those_of_numpy_over_all_pixels(shape):
    pixels = noise(*shape)
    brightness, contrast, _, *color = measure_pixels(pixels).numbers
    grey = np.asarray(Image.fromarray(pixels).convert("L"), np.float64)
    assert brightness == pytest.approx(grey.mean(), abs=0.6)  # Pillow rounds down, OpenCV to the nearest
    assert contrast == pytest.approx(grey.std(), abs=0.3)
    assert color[:3] == pytest.approx(pixels.mean(axis=(0, 1)))
    assert color[3:] == pytest.approx(pixels.std(axis=(0, 1)))


def test_sharpness_is_the_variance_of_scipys_laplacian():
    grey = noise(70, SMALL_SIZE)[..., 0]
    expected = laplace(grey.astype(np.float64), mode="mirror").var()
    assert sharpness_of(grey) == pytest.approx(expected)


def test_a_blurred_picture_is_less_sharp_and_one_stored_larger_about_as_sharp():
    pixels = noise(150, 200)
    sharp = measure_pixels(pixels).numbers[2]
    assert measure_pixels(cv2.GaussianBlur(pixels, (0, 0), 4)).numbers[2] < sharp / 5
    for size in ((300, 225), (540, 405), (800, 600), (1400, 1050)):
        stored = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
        assert measure_pixels(stored).numbers[2] == pytest.approx(sharp, rel=0.35)


def test_the_hash_is_made_of_the_signs_of_scipys_cosine_transform():
    squares = np.stack([noise(32, 32, seed) for seed in range(20)])
    for square, found in zip(squares, perceptual_hashes(squares), strict=True):
        grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
        low = dctn(grey.astype(np.float64), norm="ortho")[1:9, 1:9].ravel()
        text = "".join("1" if value > np.median(low) else "0" for value in low)
        assert found == int(text, 2)
    assert perceptual_hashes(squares).dtype == np.uint64


def test_hashes_survive_resizing_and_recompression_and_differ_between_pictures():
    pixels = noise(300, 400, seed=3)
    smaller = np.asarray(Image.fromarray(pixels).resize((120, 90), Image.Resampling.LANCZOS))
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])
    worse = cv2.imdecode(content, cv2.IMREAD_COLOR)
    brighter = np.clip(pixels.astype(int) + 15, 0, 255).astype(np.uint8)
    for changed in (smaller, worse, brighter):
        assert (hash_of(pixels) ^ hash_of(changed)).bit_count() <= 8
    others = [(hash_of(pixels) ^ hash_of(noise(300, 400, seed))).bit_count() for seed in range(10, 20)]
    assert min(others) > 16


@pytest.mark.parametrize("shape", [(150, 200), (96, 30), (2000, 1500), (3, 500)])
def test_a_picture_made_smaller_is_about_what_pillow_makes_of_it(shape):
    pixels = noise(*shape, seed=4)
    small = scale_to(pixels, SMALL_SIZE)
    assert max(small.shape[:2]) == SMALL_SIZE
    expected = Image.fromarray(pixels).resize(small.shape[1::-1], Image.Resampling.BOX)
    assert np.abs(small.astype(int) - np.asarray(expected)).mean() < 6


def test_tiny_pictures_are_means_of_four_pixels():
    squares = np.stack([noise(32, 32, seed) for seed in range(5)])
    means = squares.reshape(5, 16, 2, 16, 2, 3).mean(axis=(2, 4))
    assert np.abs(tiny_pictures(squares) - means).max() <= 0.5


def test_an_image_of_one_pixel_has_all_numbers():
    facts = measure_pixels(np.full((1, 1, 3), (10, 20, 30), np.uint8))
    assert facts.numbers[1:3] == (0, 0)
    assert facts.numbers[3:] == (10, 20, 30, 0, 0, 0)
    assert facts.small.shape == (1, 1, 3)

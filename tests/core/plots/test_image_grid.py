import io

import numpy as np
from PIL import Image

from core.plots.image_grid import apply_colors, draw_filters, draw_maps, draw_matrix, draw_sheet, encode_png


def pixels_of(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_a_png_has_the_colors_of_its_image():
    image = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]], np.uint8)
    np.testing.assert_array_equal(pixels_of(encode_png(image)), image)


def test_each_map_runs_from_its_own_darkest_to_its_own_brightest():
    maps = np.array([[[0.0, 1.0]], [[-5.0, 100.0]]], np.float32)
    first, second = (pixels_of(png) for png in draw_maps(maps))
    assert first.shape == (1, 2, 3)
    np.testing.assert_array_equal(first, second)
    assert tuple(first[0, 0]) == (68, 1, 84)  # both ends of viridis
    assert tuple(first[0, 1]) == (253, 231, 37)


def test_a_map_without_variation_is_dark():
    (png,) = draw_maps(np.full((1, 2, 2), 3.0, np.float32))
    assert (pixels_of(png) == (68, 1, 84)).all()


def test_filters_are_grey_one_picture_a_channel():
    weights = np.array([[[[0.0, 1.0]], [[0.5, 0.2]]]], np.float32)  # (1, 2, 1, 2)
    ((first, second),) = draw_filters(weights)
    assert pixels_of(first).tolist() == [[0, 255]]
    assert pixels_of(second).tolist() == [[128, 51]]


def test_a_pointwise_convolution_is_one_picture():
    weights = np.array([0.0, 1.0, 0.2, 0.4, 0.6, 0.8], np.float32).reshape(3, 2, 1, 1)
    assert pixels_of(draw_matrix(weights)).tolist() == [[0, 255], [51, 102], [153, 204]]


def test_values_outside_the_scale_get_its_ends():
    colors = apply_colors(np.array([[-1.0, 0.0, 1.0, 2.0]]), "inferno")
    np.testing.assert_array_equal(colors[0, 0], colors[0, 1])
    np.testing.assert_array_equal(colors[0, 2], colors[0, 3])


def test_a_sheet_has_its_images_row_by_row_with_lines_between():
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 3, 4, 3), np.uint8)
    sheet = pixels_of(draw_sheet(images, 3))
    assert sheet.shape == (8, 16, 3)
    assert sheet[:3, :4].max() == 0
    assert (sheet[5:, 6:10] == 4).all()
    assert (sheet[3:5] == 255).all()
    assert (sheet[5:, 12:] == 255).all()
    assert pixels_of(draw_sheet(images[:1], 3)).shape == (3, 4, 3)

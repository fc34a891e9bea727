import numpy as np

from core.plots.image_grid import apply_colors
from core.plots.overlay import fit, overlay_heatmap, upsample

IMAGE = np.full((4, 8, 3), 100, np.uint8)


def test_where_there_is_no_heat_the_image_is_left_as_it_is():
    result = overlay_heatmap(IMAGE, np.zeros((2, 2), np.float32), strength=1, side=16)
    assert result.shape == (8, 16, 3)
    assert (result == 100).all()


def test_full_strength_on_full_heat_shows_only_the_color():
    result = overlay_heatmap(IMAGE, np.ones((1, 1), np.float32), strength=1, side=8)
    np.testing.assert_array_equal(result[0, 0], apply_colors(np.ones((1, 1)), "inferno")[0, 0])


def test_strength_zero_shows_only_the_image():
    assert (overlay_heatmap(IMAGE, np.ones((3, 3), np.float32), strength=0, side=8) == 100).all()


def test_a_hot_cell_of_a_small_map_is_hottest_at_its_own_center():
    heatmap = np.zeros((3, 5), np.float32)
    heatmap[1, 3] = 1
    heat = upsample(heatmap, (90, 100))
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert abs(row - 44.5) <= 1
    assert abs(column - 69.5) <= 1
    assert heat.min() >= 0
    assert heat.max() <= 1


def test_a_small_image_is_enlarged_with_its_pixels_kept():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    np.testing.assert_array_equal(fit(image, 4), image.repeat(2, axis=0).repeat(2, axis=1))


def test_a_very_long_image_keeps_at_least_one_pixel():
    assert fit(np.zeros((1, 1000, 3), np.uint8), 10).shape == (1, 10, 3)

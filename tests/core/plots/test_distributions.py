"""Histograms as bars."""

import numpy as np

from core.plots.distributions import plot_distribution


def test_bars_stand_in_the_middle_of_their_bins():
    figure = plot_distribution(np.array([3, 0, 5]), np.array([0.0, 2.0, 4.0, 8.0]), title="Size", unit="KiB")
    bars = figure.data[0]
    assert list(bars.x) == [1, 3, 6]
    assert list(bars.y) == [3, 0, 5]
    assert list(bars.width) == [2, 2, 4]
    assert list(bars.customdata) == ["0 to 2", "2 to 4", "4 to 8"]
    assert figure.layout.xaxis.title.text == "Size (KiB)"
    assert figure.layout.yaxis.title.text == "images"


def test_bins_around_whole_numbers_are_named_by_the_numbers_they_hold():
    figure = plot_distribution(np.array([1, 2]), np.array([9.5, 10.5, 11.5]), title="Width")
    assert list(figure.data[0].customdata) == ["10", "11"]
    figure = plot_distribution(np.array([1, 2]), np.array([998.5, 1000.5, 1002.5]), title="Width")
    assert list(figure.data[0].customdata) == ["999 to 1,000", "1,001 to 1,002"]
    assert figure.layout.xaxis.title.text == "Width"


def test_no_image_gives_empty_axes():
    figure = plot_distribution(np.zeros(0, np.int64), np.zeros(1), title="Width", unit="pixels")
    assert list(figure.data[0].x) == []
    assert figure.layout.xaxis.title.text == "Width (pixels)"

"""The plot of a gain beside chance."""

import numpy as np

from core.plots.gain import plot_gain


def test_chance_is_a_histogram_in_percent_and_the_groups_are_a_line() -> None:
    figure = plot_gain(np.array([0.5, 0.6, 0.6]), merged=0.9, before=0.4)
    assert figure.data[0].x.tolist() == [50, 60, 60]
    assert [shape.x0 for shape in figure.layout.shapes] == [40, 90]

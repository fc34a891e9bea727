"""The picture of the learning-rate finder."""

import numpy as np
import pytest

from core.plots.rate_curve import HEADROOM, plot_rate_curve

RATES = np.array([1e-5, 1e-4, 1e-3, 1e-2])
LOSSES = np.array([2.0, 1.8, 1.0, np.inf])


def test_the_curve_has_a_logarithmic_axis_and_marks_the_suggestion() -> None:
    figure = plot_rate_curve(RATES, LOSSES, suggestion=1e-4, raw_losses=LOSSES + 0.1)
    assert [line.name for line in figure.data] == ["each batch", "smoothed"]
    assert list(figure.data[1].x) == RATES.tolist()
    assert figure.layout.xaxis.type == "log"
    assert [shape.x0 for shape in figure.layout.shapes] == [1e-4]


def test_a_loss_that_flies_off_does_not_flatten_the_rest() -> None:
    low, high = plot_rate_curve(RATES, LOSSES).layout.yaxis.range
    assert high == pytest.approx(2.0 * HEADROOM)
    assert low < 1.0


def test_without_a_suggestion_nothing_is_marked() -> None:
    figure = plot_rate_curve(RATES, LOSSES)
    assert [line.name for line in figure.data] == ["smoothed"]
    assert not figure.layout.shapes


def test_nothing_measured_gives_the_same_axes_without_a_curve() -> None:
    figure = plot_rate_curve(np.array([]), np.array([]))
    assert len(figure.data[0].x) == 0
    assert figure.layout.xaxis.title.text == "Learning rate"

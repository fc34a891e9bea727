"""The plot of risk against coverage."""

import numpy as np

from core.plots.backoff import MAX_POINTS, plot_risk_coverage


def test_each_way_is_a_curve_in_percent_and_the_thresholds_are_marked() -> None:
    curves = {"class": (np.array([0.5, 1.0]), np.array([0.0, 0.25]))}
    figure = plot_risk_coverage(curves, at=(0.8, 0.05), wished_risk=0.1)
    assert figure.data[0].x.tolist() == [50, 100]
    assert figure.data[0].y.tolist() == [0, 25]
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (80, 5)
    assert figure.layout.shapes[0].y0 == 10
    assert "%" in figure.layout.xaxis.title.text


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    share = np.linspace(0, 1, 50_001)
    (line,) = plot_risk_coverage({"class": (share, share)}).data
    assert len(line.x) <= MAX_POINTS
    assert (line.x[0], line.x[-1]) == (0, 100)


def test_nothing_to_draw_keeps_the_axes() -> None:
    figure = plot_risk_coverage({"class": (np.zeros(0), np.zeros(0))})
    assert len(figure.data[0].x) == 0
    assert figure.layout.yaxis.title.text == "Risk (% of answers)"

"""The picture of a learning-rate schedule."""

import numpy as np

from core.plots.schedule import MAX_POINTS, plot_schedule


def test_the_line_follows_the_rates_by_epoch() -> None:
    figure = plot_schedule(np.array([0.1, 0.2, 0.2, 0.1]), 2)
    assert list(figure.data[0].x) == [0, 0.5, 1, 1.5]
    assert list(figure.data[0].y) == [0.1, 0.2, 0.2, 0.1]


def test_of_many_steps_some_are_drawn_with_the_first_and_the_last() -> None:
    rates = np.linspace(1, 0.5, 100_000)
    [line] = plot_schedule(rates, 100).data
    assert len(line.x) == MAX_POINTS
    assert (line.x[0], line.x[-1]) == (0, 999.99)
    assert (line.y[0], line.y[-1]) == (1, 0.5)


def test_a_run_without_steps_has_an_empty_line() -> None:
    assert len(plot_schedule(np.array([]), 1).data[0].x) == 0

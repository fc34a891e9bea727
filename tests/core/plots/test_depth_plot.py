"""The chart of depths: a line a way, with deviations where there are several seeds."""

import pandas as pd
import pytest

from core.plots.depth import plot_depths

POINTS = pd.DataFrame(
    {
        "way": ["full", "full", "retrained"],
        "depth": [0, 2, 2],
        "num_classes": [10, 10, 5],
        "accuracy": [0.5, 0.6, 0.7],
        "accuracy_sd": [None, 0.02, None],
        "runs": [("a-1",), ("a-2", "a-3"), ("a-4",)],
    }
)


def test_each_way_is_a_line_over_the_trained_blocks() -> None:
    full, retrained = plot_depths(POINTS, num_blocks=4).data
    assert (full.name, retrained.name) == ("full (10)", "retrained (5)")
    assert (list(full.x), list(full.y)) == ([0, 2], [50, 60])
    assert list(full.error_y.array) == pytest.approx([0, 2])
    assert (full.error_y.visible, retrained.error_y.visible) == (True, False)
    assert full.customdata[1] == "a-2, a-3"


def test_the_axis_shows_every_depth_of_the_network_also_without_runs() -> None:
    figure = plot_depths(POINTS[:0], num_blocks=4)
    assert not figure.data
    assert tuple(figure.layout.xaxis.range) == (-0.4, 4.4)
    assert figure.layout.yaxis.title.text == "Accuracy (%)"

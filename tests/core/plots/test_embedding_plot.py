"""The map as a figure: one color a class, what a selection reports, and many points or none."""

import numpy as np
import plotly.graph_objects as go

from core.plots import embedding
from core.plots.embedding import Category, MapPoints, class_category, plot_embedding, plot_embedding_values
from core.plots.theme import MUTED, class_color

COORDINATES = np.array([[0, 0], [1, 2], [3, 1], [4, 4]], np.float32)
IDS = np.array([10, 20, 30, 40])
HOVER = [("cat", "training", "a<b>.png"), ("dog", "test", "b.png"), ("cat", "test", "c.png"), ("", "", "d")]
POINTS = MapPoints(COORDINATES, IDS, HOVER)
CATEGORIES = [class_category(0, "cat"), class_category(25, "<b>dog")]


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_each_category_is_a_trace_of_its_color_that_reports_its_images():
    found = traces(plot_embedding(POINTS, np.array([0, 1, 0, -1]), CATEGORIES, rest="other classes"))
    assert list(found) == ["other classes", "cat", "&lt;b>dog"]
    assert found["cat"].customdata.tolist() == [10, 30]
    assert found["cat"].x.tolist() == [0, 3]
    assert found["cat"].marker.color == class_color(0)
    assert found["&lt;b>dog"].marker.symbol == "diamond"
    assert found["other classes"].marker.color == MUTED


def test_rare_categories_are_drawn_above_frequent_ones_but_the_legend_keeps_its_order():
    figure = plot_embedding(POINTS, np.array([1, 0, 1, 1]), CATEGORIES)
    assert [trace.name for trace in figure.data] == ["&lt;b>dog", "cat"]
    assert sorted(figure.data, key=lambda trace: trace.legendrank)[0].name == "cat"


def test_markup_in_a_file_name_is_shown_letter_for_letter():
    figure = plot_embedding(POINTS, np.zeros(4, int), CATEGORIES)
    assert figure.data[0].hovertext[0] == "cat<br>training<br>a&lt;b>.png"


def test_a_selection_that_was_made_before_is_shown_again():
    points = MapPoints(COORDINATES, IDS, HOVER, is_selected=np.array([True, False, False, False]))
    found = traces(plot_embedding(points, np.array([0, 1, 0, 1]), CATEGORIES))
    assert list(found["cat"].selectedpoints) == [0]
    assert list(found["&lt;b>dog"].selectedpoints) == []
    none = MapPoints(COORDINATES, IDS, HOVER, is_selected=np.zeros(4, bool))
    assert plot_embedding(none, np.zeros(4, int), CATEGORIES).data[0].selectedpoints is None


def test_numbers_are_a_scale_without_extremes_and_unknown_ones_are_grey():
    values = np.array([1.0, 2.0, np.nan, 3.0])
    figure = plot_embedding_values(POINTS, values, "brightness")
    unknown, known = figure.data
    assert unknown.customdata.tolist() == [30]
    assert known.marker.color.tolist() == [1, 2, 3]
    assert (known.marker.cmin, known.marker.cmax) == tuple(np.percentile([1, 2, 3], [1, 99]))
    assert known.marker.colorbar.title.text == "brightness"


def test_many_points_are_drawn_by_webgl_and_few_as_shapes(monkeypatch):
    assert isinstance(plot_embedding(POINTS, np.zeros(4, int), CATEGORIES).data[0], go.Scatter)
    monkeypatch.setattr(embedding, "MAX_SVG_POINTS", 3)
    assert isinstance(plot_embedding(POINTS, np.zeros(4, int), CATEGORIES).data[0], go.Scattergl)


def test_no_points_give_an_empty_map_with_the_same_axes():
    points = MapPoints(np.zeros((0, 2)), np.zeros(0, int), [], axis_titles=("first", "second"))
    for figure in (
        plot_embedding(points, np.zeros(0, int), [Category("a", "#000000")]),
        plot_embedding_values(points, np.zeros(0), "brightness"),
    ):
        assert not figure.data
        assert figure.layout.xaxis.title.text == "first"


def test_a_distance_is_the_same_in_every_direction():
    assert plot_embedding(POINTS, np.zeros(4, int), CATEGORIES).layout.yaxis.scaleanchor == "x"

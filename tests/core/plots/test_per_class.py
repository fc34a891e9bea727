import numpy as np
import pandas as pd

from core.evaluation.report import report_confusion
from core.plots.per_class import MAX_CLASSES, plot_per_class

TABLE = report_confusion(
    np.array([[9, 1, 0], [2, 3, 0], [0, 0, 0]]), ("<b>good", "poor", "without images")
).per_class


def test_there_is_one_row_of_points_for_each_metric_with_the_worst_class_first():
    figure = plot_per_class(TABLE)
    assert [trace.name for trace in figure.data] == ["Recall", "Precision", "F1"]
    assert [row[0] for row in figure.data[0].customdata] == ["poor", "<b>good"]
    np.testing.assert_allclose(figure.data[0].x, [3 / 5, 9 / 10])


def test_classes_without_images_are_left_out_and_names_are_not_read_as_tags():
    assert plot_per_class(TABLE).layout.yaxis.ticktext == ("poor", "&lt;b>good")


def test_of_very_many_classes_the_worst_are_shown_and_the_axis_says_so():
    many = pd.DataFrame(
        {"precision": 0.5, "recall": 0.5, "f1": np.linspace(1, 0, 300), "support": 3},
        index=[f"class {k}" for k in range(300)],
    )
    figure = plot_per_class(many)
    assert len(figure.data[0].x) == MAX_CLASSES
    assert figure.data[0].customdata[0][0] == "class 299"
    assert f"{MAX_CLASSES} classes of lowest F1 out of 300" in figure.layout.xaxis.title.text


def test_no_classes_give_an_empty_figure_with_the_same_axes():
    figure = plot_per_class(TABLE[:0])
    assert len(figure.data[0].x) == 0
    assert figure.layout.xaxis.title.text == plot_per_class(TABLE).layout.xaxis.title.text

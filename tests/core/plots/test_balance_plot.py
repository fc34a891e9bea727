"""The bars of the class balance."""

import pandas as pd

from core.plots.balance import plot_class_balance


def counts(**columns: list[int]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=[f"class {number}" for number in range(len(columns["train"]))])


def test_there_is_one_bar_a_class_and_split():
    figure = plot_class_balance(counts(train=[8, 80], val=[1, 10], test=[1, 9]))
    assert [list(bars.y) for bars in figure.data] == [[8, 80], [1, 10], [1, 9]]
    assert [bars.name for bars in figure.data] == ["training", "validation", "test"]
    assert list(figure.layout.xaxis.ticktext) == ["class 0", "class 1"]
    assert (figure.layout.barmode, figure.layout.yaxis.type) == ("stack", "linear")


def test_on_a_logarithmic_axis_bars_stand_side_by_side():
    figure = plot_class_balance(counts(train=[8], val=[1], test=[1]), log=True)
    assert (figure.layout.barmode, figure.layout.yaxis.type) == ("group", "log")


def test_many_classes_have_their_names_on_hover_only():
    figure = plot_class_balance(counts(train=[1] * 500, val=[0] * 500, test=[0] * 500))
    assert not figure.layout.xaxis.ticktext
    assert figure.data[0].customdata[499] == "class 499"
    assert "500" in figure.layout.xaxis.title.text


def test_a_name_with_markup_is_shown_letter_for_letter():
    table = pd.DataFrame({"train": [1], "val": [0], "test": [0]}, index=["<b>&"])
    assert plot_class_balance(table).data[0].customdata[0] == "&lt;b&gt;&amp;"


def test_no_classes_give_empty_axes():
    figure = plot_class_balance(counts(train=[], val=[], test=[]))
    assert figure.layout.yaxis.title.text == "images"

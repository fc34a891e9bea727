"""The bars of the class balance."""

import math
import re

import pandas as pd
import pytest

from core.plots.balance import draw_class_balance
from core.plots.theme import SPLIT_COLORS


def counts(**columns: list[int]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=[f"class {number}" for number in range(len(columns["train"]))])


def widths(html: str) -> list[float]:
    return [float(width) for width in re.findall(r'<b style="width:([\d.]+)%', html)]


def test_there_is_one_bar_a_class_and_split_as_long_as_its_share_of_the_largest_class():
    html = draw_class_balance(counts(train=[8, 80], val=[1, 10], test=[1, 10]))
    assert widths(html) == [8, 1, 1, 80, 10, 10]
    assert html.count("stacked") == 3  # two rows and the style
    assert html.count('class="row"') == 2
    assert [html.count(f"width:{w}.00%;background:{SPLIT_COLORS['train']}") for w in (8, 80)] == [1, 1]


def test_numbers_stand_behind_the_bars_and_by_split_on_hover():
    html = draw_class_balance(counts(train=[1000], val=[1], test=[0]))
    assert '<span class="number">1,001</span>' in html
    assert 'title="class 0: 1,000 training, 1 validation, 0 test"' in html


def test_logarithmic_bars_lie_below_each_other():
    html = draw_class_balance(counts(train=[99, 9], val=[0, 0], test=[1, 1]), log=True)
    assert widths(html) == pytest.approx(
        [100, 0, 100 * math.log(2) / math.log(100), 50, 0, 100 * math.log(2) / math.log(100)], abs=0.01
    )
    assert 'class="track apart"' in html


def test_a_name_with_markup_is_shown_letter_for_letter():
    table = pd.DataFrame({"train": [1], "val": [0], "test": [0]}, index=['<b>&"'])
    html = draw_class_balance(table)
    assert "&lt;b&gt;&amp;&quot;" in html
    assert "<b>&" not in html


def test_hundreds_of_classes_keep_their_names_and_scroll():
    html = draw_class_balance(counts(train=[1] * 500, val=[0] * 500, test=[0] * 500))
    assert ">class 499</span>" in html
    assert "max-height" in html


def test_no_classes_and_no_images_give_an_empty_chart():
    assert widths(draw_class_balance(counts(train=[], val=[], test=[]))) == []
    assert widths(draw_class_balance(counts(train=[0], val=[0], test=[0]))) == [0, 0, 0]


def test_one_bar_a_class_may_stand_for_all_splits():
    table = counts(train=[60, 6], val=[20, 2], test=[20, 2])
    html = draw_class_balance(table, by_split=False)
    assert widths(html) == [100, 10]
    assert "training</span>" not in html
    assert 'title="class 0: 60 training, 20 validation, 20 test"' in html
    logarithmic = widths(draw_class_balance(table, by_split=False, log=True))
    assert logarithmic == pytest.approx([100, 100 * math.log(11) / math.log(101)], abs=0.01)

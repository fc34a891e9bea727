import pandas as pd
import pytest

from core.plots.duel import plot_duel

ROWS = pd.DataFrame(
    {
        "name": ["full", "retrained"],
        "num_classes": [4, 2],
        "accuracy": [0.5, 0.75],
        "low": [0.4, 0.7],
        "high": [0.6, 0.85],
        "accuracies": [(0.5,), (0.7, 0.8)],
    }
)


def test_each_way_to_answer_has_its_accuracy_and_interval_in_percent():
    trace = plot_duel(ROWS, random_mean=0.6).data[0]
    assert list(trace.y) == ["full (4)", "retrained (2)"]
    assert list(trace.x) == [50, 75]
    assert list(trace.error_x.array) == pytest.approx([10, 10])
    assert list(trace.error_x.arrayminus) == pytest.approx([10, 5])


def test_single_seeds_are_marked_where_there_are_several():
    seeds = plot_duel(ROWS, random_mean=0.6).data[1]
    assert list(seeds.x) == pytest.approx([70, 80])
    assert list(seeds.y) == ["retrained (2)"] * 2
    assert len(plot_duel(ROWS[:1], random_mean=0.6).data) == 1


def test_the_random_groups_stand_as_a_line():
    assert plot_duel(ROWS, random_mean=0.6).layout.shapes[0].x0 == 60


def test_no_rows_give_an_empty_figure_with_the_same_axes():
    figure = plot_duel(ROWS[:0], random_mean=0.5)
    assert len(figure.data[0].x) == 0
    assert figure.layout.xaxis.title.text == "Accuracy (%)"

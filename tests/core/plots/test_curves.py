"""Learning curves, as data."""

import math

import numpy as np
import pandas as pd
import pytest

from core.plots.curves import MAX_RUNS, Look, RunCurve, plot_curves, plot_run_curves, smooth

HISTORY = pd.DataFrame(
    {
        "epoch": [1, 2, 3],
        "loss": [1.0, 0.5, 0.25],
        "val_loss": [1.2, 0.6, 0.9],
        "accuracy": [0.5, 0.7, 0.9],
        "val_accuracy": [0.4, 0.6, 0.55],
        "learning_rate": [1e-3, 1e-3, 1e-4],
        "seconds": [2.0, 1.0, 1.0],
    }
)


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_both_splits_are_drawn_with_their_gap_and_the_best_epoch_is_marked(metric: str) -> None:
    train, val, gap, best = plot_curves(HISTORY, metric=metric, best_epoch=2).data
    assert (train.name, val.name, gap.name) == ("training", "validation", "gap")
    assert list(train.x) == [1, 2, 3]
    assert list(train.y) == HISTORY[metric].tolist()
    assert list(val.y) == HISTORY[f"val_{metric}"].tolist()
    assert list(gap.x) == [1, 2, 3, 3, 2, 1]
    assert list(gap.y) == [*HISTORY[metric], *HISTORY[f"val_{metric}"][::-1]]
    assert gap.fill == "toself"
    assert (list(best.x), list(best.y)) == ([2], [HISTORY[f"val_{metric}"][1]])
    assert train.line.color != val.line.color


@pytest.mark.parametrize("best_epoch", [None, 0])
def test_without_a_best_epoch_nothing_is_marked(best_epoch: int | None) -> None:
    assert len(plot_curves(HISTORY, best_epoch=best_epoch).data) == 3


def test_before_the_first_epoch_the_axes_are_the_same() -> None:
    empty, full = plot_curves(HISTORY.iloc[:0], best_epoch=0), plot_curves(HISTORY)
    assert [len(curve.x) for curve in empty.data] == [0, 0]
    assert empty.layout.yaxis.title.text == full.layout.yaxis.title.text == "Loss (nats)"
    assert full.layout.xaxis.title.text == "Epoch"


def test_many_epochs_are_a_line_without_dots() -> None:
    many = pd.concat([HISTORY] * 20, ignore_index=True)
    assert plot_curves(many).data[0].mode == "lines"
    assert plot_curves(many).layout.xaxis.dtick is None


def test_the_learning_rate_is_one_curve() -> None:
    [rate] = plot_curves(HISTORY, metric="learning_rate", best_epoch=2).data
    assert rate.name == "learning rate"
    assert list(rate.y) == [1e-3, 1e-3, 1e-4]


@pytest.mark.parametrize(
    ("metric", "kind"), [("loss", "log"), ("learning_rate", "log"), ("accuracy", "linear")]
)
def test_a_log_scale_is_for_loss_and_learning_rate(metric: str, kind: str) -> None:
    assert plot_curves(HISTORY, metric=metric, look=Look(log=True)).layout.yaxis.type == kind
    assert plot_curves(HISTORY, metric=metric).layout.yaxis.type == "linear"


@pytest.mark.parametrize(("factor", "unit", "divisor"), [(1, "seconds", 1), (100, "minutes", 60)])
def test_by_time_an_epoch_stands_where_it_was_complete(factor: int, unit: str, divisor: int) -> None:
    slow = HISTORY.assign(seconds=HISTORY["seconds"] * factor)
    figure = plot_curves(slow, best_epoch=2, look=Look(by_time=True))
    assert list(figure.data[0].x) == pytest.approx(
        [2 * factor / divisor, 3 * factor / divisor, 4 * factor / divisor]
    )
    assert list(figure.data[-1].x) == pytest.approx([3 * factor / divisor])
    assert figure.layout.xaxis.title.text == f"Time at work ({unit})"


def test_smoothing_draws_what_was_measured_faintly_below() -> None:
    raw, train, _, val, gap, best = plot_curves(HISTORY, best_epoch=3, look=Look(smoothing=0.5)).data
    assert list(raw.y) == HISTORY["loss"].tolist()
    assert raw.opacity < 0.5
    assert raw.showlegend is False
    assert list(train.y) == pytest.approx([1, (0.25 + 0.25) / 0.75, (0.125 + 0.125 + 0.125) / 0.875])
    assert list(gap.y) == [*train.y, *val.y[::-1]]
    assert list(best.y) == [val.y[2]]


def test_smoothing_is_the_weighted_mean_of_the_past() -> None:
    values = np.random.default_rng(0).random(20)
    for weight in (0.3, 0.9):
        smoothed = smooth(values, weight)
        for n in range(20):
            weights = weight ** np.arange(n, -1, -1)  # the latest counts most
            assert smoothed[n] == pytest.approx(np.average(values[: n + 1], weights=weights))
    assert smooth(values, 0.0) is values
    assert smooth(np.full(5, 3.0), 0.95).tolist() == pytest.approx([3.0] * 5)


def test_epochs_without_a_number_leave_a_gap_and_harm_nothing_else() -> None:
    table = HISTORY.assign(val_loss=[1.2, math.nan, 0.9])
    _, val, gap = plot_curves(table).data
    assert np.isnan(val.y[1])
    assert list(gap.x) == [1, 3, 3, 1]


def test_each_of_several_runs_has_its_color_and_old_ones_lack_what_they_lack() -> None:
    newer = HISTORY.assign(macro_f1=[0.3, 0.5, 0.6], val_macro_f1=[0.2, 0.4, 0.5])
    runs = [RunCurve("lenet-1: <b>", newer, 2), RunCurve("lenet-2", HISTORY, 3)]
    train, val, star, *second = plot_run_curves(runs, metric="loss").data
    assert (train.line.dash, val.line.dash) == ("dot", "solid")
    assert (train.showlegend, val.showlegend) == (False, True)
    assert val.name == "lenet-1: &lt;b>"
    assert list(star.x) == [2]
    assert train.line.color == val.line.color != second[0].line.color
    assert {curve.legendgroup for curve in second} == {"1"}
    assert {curve.legendgroup for curve in plot_run_curves(runs, metric="macro_f1").data} == {"0"}
    rates = plot_run_curves(runs, metric="learning_rate").data
    assert [curve.line.dash for curve in rates] == ["solid", "solid"]


def test_eight_runs_are_told_apart_by_color() -> None:
    runs = [RunCurve(f"lenet-{n}", HISTORY) for n in range(MAX_RUNS)]
    colors = {curve.line.color for curve in plot_run_curves(runs).data}
    assert len(colors) == MAX_RUNS == 8


def test_without_runs_there_are_axes() -> None:
    figure = plot_run_curves([], look=Look(by_time=True))
    assert len(figure.data) == 0
    assert figure.layout.yaxis.title.text == "Loss (nats)"

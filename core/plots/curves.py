"""Learning curves: a metric by epoch or by time, of one run on both splits or of several runs.

Smoothing is the exponential moving average with the correction of its start toward 0 by Kingma and Ba
(2015), https://arxiv.org/abs/1412.6980, section 3: ``m = w m + (1 - w) y``, shown as ``m / (1 - w^n)``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.plots.theme import CLASS_COLORS, SPLIT_COLORS, axis_name, new_figure

TITLES = {
    "loss": "Loss (nats)",
    "accuracy": "Accuracy (share of images)",
    "macro_f1": "Macro F1 (0 to 1)",
    "learning_rate": "Learning rate",
}
NAMES = {"train": "training", "val": "validation"}
LOG_METRICS = ("loss", "learning_rate")  # of the others a logarithm says nothing
MAX_MARKED = 30  # epochs; more of them are drawn as a line without dots
FEW_EPOCHS = 10  # up to here every epoch has its tick
MINUTES_FROM = 300.0  # seconds of work from which on time is counted in minutes
GAP_COLOR = "rgba(153, 153, 153, 0.18)"
FAINT = 0.25  # opacity of what was measured, beside its smoothed curve
HEIGHT = 280  # pixels
MAX_RUNS = 8  # colors that are told apart at once


class Look(NamedTuple):
    """How curves are drawn.

    Attributes:
        smoothing: Weight of what came before, 0 (none) up to below 1.
        log: Whether loss and learning rate stand on a logarithmic scale.
        by_time: Whether the horizontal axis is time spent working, instead of epochs.
    """

    smoothing: float = 0.0
    log: bool = False
    by_time: bool = False


class RunCurve(NamedTuple):
    """One of several runs on a plot.

    Attributes:
        name: For the legend, such as ``"lenet-3: half the data"``.
        history: One row an epoch, columns as in ``plot_curves``.
        best_epoch: Epoch (from 1) to mark; 0 marks none.
    """

    name: str
    history: pd.DataFrame
    best_epoch: int = 0


def plot_curves(
    history: pd.DataFrame, *, metric: str = "loss", best_epoch: int | None = None, look: Look | None = None
) -> go.Figure:
    """Draw one metric of a run by epoch, with the gap between training and validation shaded.

    Args:
        history: One row an epoch with columns ``epoch``, ``<metric>`` and, but for the learning rate,
            ``val_<metric>``; with ``seconds`` to be drawn by time.
        metric: ``"loss"``, ``"accuracy"``, ``"macro_f1"`` or ``"learning_rate"``.
        best_epoch: Epoch (from 1) to mark on the validation curve; None or 0 marks none.
        look: Smoothing and axes; plain when left out.

    Returns:
        Figure with the curves ``training`` and ``validation`` (smoothed ones above the faint measured
        values), their ``gap``, and a star ``best epoch``.
    """
    look = look or Look()
    figure = _new(metric, look, [history])
    x = _x_values(history, look, _time_unit([history]))
    columns = [(s, c) for s, c in (("train", metric), ("val", f"val_{metric}")) if c in history]
    drawn = {split: smooth(history[column].to_numpy(float), look.smoothing) for split, column in columns}
    for split, column in columns:
        style = {"name": NAMES[split] if f"val_{metric}" in history else metric.replace("_", " ")}
        style |= {"color": SPLIT_COLORS[split], "dash": "solid"}
        _add_curve(figure, x, history[column].to_numpy(float), drawn[split], look=look, style=style)
    if len(drawn) == 2:
        _shade_gap(figure, x, drawn["train"], drawn["val"])
    best = np.flatnonzero(history["epoch"] == best_epoch)
    if len(best) and "val" in drawn:
        _mark(
            figure, x[best], drawn["val"][best], name=f"best epoch ({best_epoch})", color=SPLIT_COLORS["val"]
        )
    return figure


def plot_run_curves(runs: Sequence[RunCurve], *, metric: str = "loss", look: Look | None = None) -> go.Figure:
    """Draw one metric of several runs: a color each, validation solid, training dotted.

    Args:
        runs: At most 8 are told apart by their colors; each needs not have the metric.
        metric: As in ``plot_curves``.
        look: Smoothing and axes; plain when left out.

    Returns:
        Figure with two curves a run, of which the legend names one, and a star at each best epoch.
    """
    look = look or Look()
    histories = [run.history for run in runs]
    figure, unit = _new(metric, look, histories), _time_unit(histories)
    for index, run in enumerate(runs):
        x = _x_values(run.history, look, unit)
        shown = f"val_{metric}" if f"val_{metric}" in run.history else metric
        for column in dict.fromkeys((metric, shown)):
            if column not in run.history:
                continue
            measured = run.history[column].to_numpy(float)
            drawn = smooth(measured, look.smoothing)
            style = {"name": axis_name(run.name, 48), "color": CLASS_COLORS[index % MAX_RUNS]}
            style |= {"dash": "solid" if column == shown else "dot", "group": str(index)}
            _add_curve(figure, x, measured, drawn, look=look, style=style)
            best = np.flatnonzero(run.history["epoch"] == run.best_epoch)
            if column == shown and column.startswith("val_") and len(best):
                name = f"{style['name']}, best epoch ({run.best_epoch})"
                _mark(figure, x[best], drawn[best], name=name, color=style["color"], group=str(index))
    return figure


def smooth(values: np.ndarray, weight: float) -> np.ndarray:
    """Return the exponential moving average of values, corrected at its start; NaN stays where it is.

    Args:
        values: Float array ``(num_epochs,)``.
        weight: Weight of what came before, 0 to below 1; 0 changes nothing.

    >>> smooth(np.array([1.0, 3.0, np.nan, 3.0]), 0.5).round(3).tolist()
    [1.0, 2.333, nan, 2.714]
    """
    if not weight:
        return values
    smoothed, mean, count = np.full(len(values), np.nan), 0.0, 0
    for index in np.flatnonzero(np.isfinite(values)):
        mean, count = weight * mean + (1 - weight) * values[index], count + 1
        smoothed[index] = mean / (1 - weight**count)
    return smoothed


def _new(metric: str, look: Look, histories: Sequence[pd.DataFrame]) -> go.Figure:
    x_title = f"Time at work ({_time_unit(histories)})" if look.by_time else "Epoch"
    figure = new_figure(x_title=x_title, y_title=TITLES[metric], height=HEIGHT)
    figure.update_layout(uirevision=f"{metric} {look.log} {look.by_time}")  # a zoom outlasts a new epoch
    is_log = look.log and metric in LOG_METRICS
    figure.update_yaxes(type="log" if is_log else "linear")
    if is_log:
        figure.update_yaxes(tickformat="~g")  # 0.05: plotly would write a lone 5 between 0.1 and 0.01
    if metric in LOG_METRICS and not is_log:
        figure.update_yaxes(rangemode="tozero")
    if not look.by_time and max(map(len, histories), default=0) <= FEW_EPOCHS:
        figure.update_xaxes(dtick=1)
    if metric == "learning_rate":
        figure.update_yaxes(exponentformat="e")
    return figure


def _time_unit(histories: Sequence[pd.DataFrame]) -> str:
    longest = max((float(h["seconds"].sum()) for h in histories if "seconds" in h), default=0.0)
    return "minutes" if longest >= MINUTES_FROM else "seconds"


def _x_values(history: pd.DataFrame, look: Look, unit: str) -> np.ndarray:
    """Epochs, or the time at which each was complete, shape ``(num_epochs,)``."""
    if look.by_time and "seconds" in history:
        return history["seconds"].to_numpy(float).cumsum() / (60 if unit == "minutes" else 1)
    return history["epoch"].to_numpy()


def _add_curve(
    figure: go.Figure, x: np.ndarray, measured: np.ndarray, drawn: np.ndarray, *, look: Look, style: dict
) -> None:
    line = {"color": style["color"], "dash": style["dash"]}
    group = {"legendgroup": style["group"]} if "group" in style else {}
    if look.smoothing:
        faint = {"opacity": FAINT, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(x=x, y=measured, mode="lines", line=line, **faint, **group)
    at = "%{x:.3~s}" if look.by_time else "epoch %{x}"
    figure.add_scatter(
        x=x,
        y=drawn,
        name=style["name"],
        mode="lines+markers" if len(x) <= MAX_MARKED and not look.smoothing else "lines",
        line=line,
        showlegend=style["dash"] == "solid",
        hovertemplate=f"{at}: %{{y:.4~g}}",
        **group,
    )


def _shade_gap(figure: go.Figure, x: np.ndarray, train: np.ndarray, val: np.ndarray) -> None:
    both = np.isfinite(train) & np.isfinite(val)
    if both.sum() < 2:
        return
    figure.add_scatter(
        x=np.concatenate([x[both], x[both][::-1]]),
        y=np.concatenate([train[both], val[both][::-1]]),
        name="gap",
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=GAP_COLOR,
        hoverinfo="skip",
    )


def _mark(
    figure: go.Figure, x: np.ndarray, y: np.ndarray, *, name: str, color: str, group: str | None = None
) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="markers",
        marker={"symbol": "star", "size": 13, "color": color, "line": {"width": 1}},
        showlegend=group is None,
        legendgroup=group,
        hovertemplate=f"{name}: %{{y:.4~g}}",
    )

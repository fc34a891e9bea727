"""Learning curves: loss or accuracy by epoch, on training and validation images."""

import pandas as pd
import plotly.graph_objects as go

from core.plots.theme import SPLIT_COLORS, new_figure

TITLES = {"loss": "Loss (cross-entropy, nats)", "accuracy": "Accuracy (share of images)"}
NAMES = {"train": "training", "val": "validation"}
MAX_MARKED = 30  # epochs; more of them are drawn as a line without dots
FEW_EPOCHS = 10  # up to here every epoch has its tick


def plot_curves(history: pd.DataFrame, *, metric: str = "loss", best_epoch: int | None = None) -> go.Figure:
    """Draw one metric of a run by epoch.

    Args:
        history: One row an epoch with columns ``epoch``, ``<metric>`` and ``val_<metric>``.
        metric: ``"loss"`` or ``"accuracy"``.
        best_epoch: Epoch (from 1) to mark on the validation curve; None or 0 marks none.

    Returns:
        Figure with the curves ``training`` and ``validation``, and a star ``best epoch``.
    """
    figure = new_figure(x_title="Epoch", y_title=TITLES[metric])
    mode = "lines+markers" if len(history) <= MAX_MARKED else "lines"
    for split, column in (("train", metric), ("val", f"val_{metric}")):
        figure.add_scatter(
            x=history["epoch"],
            y=history[column],
            name=NAMES[split],
            mode=mode,
            line={"color": SPLIT_COLORS[split]},
            hovertemplate="epoch %{x}: %{y:.4f}",
        )
    best = history[history["epoch"] == best_epoch]
    if len(best):
        figure.add_scatter(
            x=best["epoch"],
            y=best[f"val_{metric}"],
            name=f"best epoch ({best_epoch})",
            mode="markers",
            marker={"symbol": "star", "size": 13, "color": SPLIT_COLORS["val"], "line": {"width": 1}},
            hovertemplate="best epoch %{x}: %{y:.4f}",
        )
    if len(history) <= FEW_EPOCHS:
        figure.update_xaxes(dtick=1)
    figure.update_yaxes(rangemode="tozero" if metric == "loss" else "normal")
    return figure

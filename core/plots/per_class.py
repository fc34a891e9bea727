"""Precision, recall and F1 of every class, the worst class on top."""

import pandas as pd
import plotly.graph_objects as go

from core.plots.theme import PALETTE, axis_name, new_figure

MAX_CLASSES = 30  # more rows cannot be read; the worst are shown
ROW_HEIGHT = 22  # pixels
METRICS = (("recall", "circle"), ("precision", "diamond"), ("f1", "line-ns-open"))


def plot_per_class(per_class: pd.DataFrame) -> go.Figure:
    """Plot one row a class with its precision, recall and F1, the lowest F1 on top.

    Classes without images are left out; above ``MAX_CLASSES`` the worst are shown.

    Args:
        per_class: One row a class (index its name) with precision, recall, f1 (shares 0-1) and support
            (images), as in ``core.evaluation.report.Report``.
    """
    measured = per_class[per_class["support"] > 0]
    table = measured.sort_values("f1", kind="stable").head(MAX_CLASSES)
    title = "Share of images (0 to 1)"
    if len(table) < len(measured):
        title += f"; the {len(table)} classes of lowest F1 out of {len(measured):,}"
    figure = new_figure(x_title=title, y_title="Class", height=110 + ROW_HEIGHT * max(4, len(table)))
    rows = list(range(len(table)))
    for index, (metric, symbol) in enumerate(METRICS):
        figure.add_trace(_dots(table, rows, metric=metric, color=PALETTE[index], symbol=symbol))
    figure.update_xaxes(range=[-0.03, 1.03], gridcolor="rgba(128,128,128,0.25)")
    labels = [axis_name(str(name)) for name in table.index]
    figure.update_yaxes(
        tickvals=rows, ticktext=labels, range=[len(rows) - 0.5, -0.5], gridcolor="rgba(128,128,128,0.15)"
    )
    return figure


def _dots(table: pd.DataFrame, rows: list[int], *, metric: str, color: str, symbol: str) -> go.Scatter:
    return go.Scatter(
        x=table[metric],
        y=rows,
        customdata=[[str(name), int(support)] for name, support in table["support"].items()],
        name="F1" if metric == "f1" else metric.capitalize(),
        mode="markers",
        cliponaxis=False,
        marker={"color": color, "symbol": symbol, "size": 11, "line": {"width": 2, "color": color}},
        hovertemplate="%{customdata[0]}: %{x:.4f}<br>%{customdata[1]} images",
    )

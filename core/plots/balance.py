"""Bar chart of how many images each class has in each split."""

import pandas as pd
import plotly.graph_objects as go

from core.plots.theme import SPLIT_COLORS, new_figure

SPLIT_TITLES = {"train": "training", "val": "validation", "test": "test"}
MAX_NAMES = 60  # classes whose names fit under the bars; with more, names are in the hover text only


def plot_class_balance(counts: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Return one bar a class and split: stacked, or on a logarithmic axis side by side.

    Args:
        counts: One row a class, columns ``train``, ``val`` and ``test``.
        log: Draw the number of images on a logarithmic axis, where rare classes can be seen. Stacked bars
            would mislead there, since their lengths do not add up.
    """
    figure = new_figure(x_title="class", y_title="images" + (", logarithmic" if log else ""))
    names = [str(name) for name in counts.index]
    positions = list(range(len(names)))
    for split, title in SPLIT_TITLES.items():
        figure.add_bar(
            x=positions,
            y=counts[split].tolist(),  # a list: plotly is slow to meet its first pandas Series
            name=title,
            marker_color=SPLIT_COLORS[split],
            marker_line_width=0,
            customdata=[_escape(name) for name in names],
            hovertemplate=f"%{{customdata}}<br>{title}: %{{y:,}} images<extra></extra>",
        )
    shown = len(names) <= MAX_NAMES
    figure.update_layout(barmode="group" if log else "stack", bargap=0.15 if shown else 0)
    figure.update_layout(legend_traceorder="normal")
    figure.update_yaxes(type="log" if log else "linear", dtick=1 if log else None)
    figure.update_xaxes(
        tickmode="array",
        tickvals=positions if shown else [],
        ticktext=[_escape(_shorten(name)) for name in names] if shown else [],
        title=f"class ({len(names):,}, names on hover)" if not shown else "class",
    )
    return figure


def _shorten(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:22]}..."


def _escape(name: str) -> str:
    """Keep plotly from reading a class name as markup."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

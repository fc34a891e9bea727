"""Number of groups against what merging buys and costs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import ACCENT, MUTED, PALETTE, axis_name, new_figure

HEIGHT = 380  # pixels
BAND = "rgba(153,153,153,0.25)"  # MUTED, seen through
PATH, STATE = "path", "state"  # first part of a point's ``customdata``: what it stands for


class Dot(NamedTuple):
    """A state of the person's own.

    Attributes:
        node: Its id.
        num_groups: Its number of groups.
        value: The measure that is drawn.
        words: What is told of it.
    """

    node: int
    num_groups: int
    value: float
    words: str


def plot_frontier(
    num_groups: np.ndarray,
    values: np.ndarray,
    *,
    y_title: str,
    random: np.ndarray | None = None,
    knee: int | None = None,
    dots: Sequence[Dot] = (),
) -> go.Figure:
    """Draw a measure along the path of merges; a point is named by ``customdata`` when it is clicked.

    Args:
        num_groups: Number of groups of each grouping of the path, shape ``(num_points,)``.
        values: The measure of each, same shape; NaN leave a gap.
        y_title: Name of the measure.
        random: Mean, lower and upper end of random groupings, shape ``(3, num_points)``; None draws none.
        knee: Index of the point to mark.
        dots: The person's own states; the last is where they are now.

    Returns:
        Figure with the traces ``random groups``, ``merge path``, ``knee``, ``your states`` and ``now``, each
        where there is something to draw.
    """
    figure = new_figure(x_title="Groups", y_title=y_title, height=HEIGHT)
    if random is not None:
        _add_random(figure, num_groups, random)
    figure.add_scatter(
        x=num_groups,
        y=values,
        name="merge path",
        mode="lines+markers",
        line={"color": ACCENT},
        marker={"size": 7, "color": ACCENT},
        customdata=[[PATH, int(number)] for number in num_groups],
        hovertemplate="%{x} groups: %{y:.3f}<extra></extra>",
    )
    if knee is not None:
        figure.add_scatter(
            x=[num_groups[knee]],
            y=[values[knee]],
            name="knee",
            mode="markers",
            marker={"size": 18, "symbol": "circle-open", "color": PALETTE[5], "line": {"width": 3}},
            customdata=[[PATH, int(num_groups[knee])]],
            hovertemplate="knee: %{x} groups, %{y:.3f}<extra></extra>",
        )
    _add_dots(figure, dots[:-1], name="your states", symbol="diamond-open")
    _add_dots(figure, dots[-1:], name="now", symbol="diamond")
    if _are_sampled(num_groups):
        figure.update_xaxes(type="log")  # the numbers grow by equal factors
    figure.update_layout(clickmode="event+select", hovermode="closest")
    # A click selects a point; nothing else shall fade.
    figure.update_traces(unselected={"marker": {"opacity": 1}}, selector={"type": "scatter"})
    return figure


def _are_sampled(num_groups: np.ndarray) -> bool:
    """Whether some numbers between the most and the fewest are left out."""
    return len(num_groups) > 1 and abs(int(num_groups[0]) - int(num_groups[-1])) >= len(num_groups)


def _add_random(figure: go.Figure, num_groups: np.ndarray, random: np.ndarray) -> None:
    mean, low, high = random
    figure.add_scatter(
        x=np.concatenate([num_groups, num_groups[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        name="95 % of random groups",
        mode="lines",
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=num_groups,
        y=mean,
        name="random groups",
        mode="lines",
        line={"color": MUTED, "dash": "dot"},
        hovertemplate="%{x} random groups: %{y:.3f} on average<extra></extra>",
    )


def _add_dots(figure: go.Figure, dots: Sequence[Dot], *, name: str, symbol: str) -> None:
    if not dots:
        return
    figure.add_scatter(
        x=[dot.num_groups for dot in dots],
        y=[dot.value for dot in dots],
        name=name,
        mode="markers",
        marker={"size": 11, "symbol": symbol, "color": PALETTE[1], "line": {"width": 2}},
        customdata=[[STATE, dot.node] for dot in dots],
        text=[axis_name(dot.words, 60) for dot in dots],
        hovertemplate="%{text}<br>%{x} groups: %{y:.3f}<extra></extra>",
    )

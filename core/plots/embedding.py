"""A map of images: one point an image, colored by what it is; a selection tells which images it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import MUTED, axis_name, class_color, class_symbol, new_figure

HEIGHT = 580  # pixels
MAX_SVG_POINTS = 3000  # up to here points are shapes, sharp and in every browser; more are drawn by WebGL
COLOR_SCALE = "Cividis"  # even steps for every kind of color vision
FADED = 0.12  # opacity of what is not selected


@dataclass(frozen=True)
class MapPoints:
    """Where the points are, and what they say.

    Attributes:
        coordinates: Shape ``(num_points, 2)``.
        sample_ids: What a selection reports as ``customdata``, shape ``(num_points,)``, int64.
        hover: Lines shown under the mouse, any text, a tuple a point.
        is_selected: Which points are selected to begin with, bool, shape ``(num_points,)``; None or none of
            them: no selection.
        axis_titles: Of x and y.
    """

    coordinates: np.ndarray
    sample_ids: np.ndarray
    hover: Sequence[tuple[str, ...]]
    is_selected: np.ndarray | None = None
    axis_titles: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Category:
    """One kind of points.

    Attributes:
        name: For the legend, any text.
        color: As CSS.
        symbol: A marker of plotly.
    """

    name: str
    color: str
    symbol: str = "circle"


def class_category(index: int, name: str) -> Category:
    """Return a class with the color and marker that it has on all pages."""
    return Category(name, class_color(index), class_symbol(index))


def plot_embedding(
    points: MapPoints, codes: np.ndarray, categories: Sequence[Category], *, rest: str = "others"
) -> go.Figure:
    """Draw points in a color a category, rare ones above frequent ones; a click in the legend hides one.

    Args:
        points: The points.
        codes: Index of each point's category, shape ``(num_points,)``, int64; -1 for none of them.
        categories: In the order of the legend.
        rest: Name of the points in no category, which are grey and below all others.
    """
    figure = _new_map(points)
    sizes = np.bincount(codes[codes >= 0], minlength=len(categories))
    for code in [-1, *np.argsort(-sizes, kind="stable").tolist()]:
        members = np.flatnonzero(codes == code)
        if len(members):
            category = categories[code] if code >= 0 else Category(rest, MUTED)
            marker = {
                "color": category.color,
                "symbol": category.symbol,
                "opacity": 0.8 if code >= 0 else 0.4,
            }
            trace = _trace(points, members, marker)
            trace.update(name=axis_name(category.name), legendrank=1000 + code if code >= 0 else 2000)
            figure.add_trace(trace)
    return figure


def plot_embedding_values(points: MapPoints, values: np.ndarray, title: str) -> go.Figure:
    """Draw points in the color of a number, with its scale; those without a number are grey.

    Args:
        points: The points.
        values: Shape ``(num_points,)``, float; NaN where there is none.
        title: What the number is, with its unit.
    """
    figure = _new_map(points)
    is_known = np.isfinite(values)
    if not is_known.all():
        figure.add_trace(_trace(points, np.flatnonzero(~is_known), {"color": MUTED, "opacity": 0.4}))
    known = np.flatnonzero(is_known)
    if len(known):
        low, high = np.percentile(
            values[known], [1, 99]
        )  # a few extremes would leave one color for all others
        scale = {
            "color": values[known].astype(np.float32),
            "colorscale": COLOR_SCALE,
            "cmin": float(low),
            "cmax": float(high),
            "colorbar": {"title": {"text": axis_name(title)}, "thickness": 12},
            "opacity": 0.85,
        }
        figure.add_trace(_trace(points, known, scale))
    figure.update_layout(showlegend=False)
    return figure


def _new_map(points: MapPoints) -> go.Figure:
    x_title, y_title = points.axis_titles
    figure = new_figure(x_title=x_title, y_title=y_title, height=HEIGHT)
    quiet = {
        "showticklabels": False,
        "showgrid": False,
        "showline": True,
        "mirror": True,
        "linecolor": "#80808055",
    }
    figure.update_xaxes(**quiet)
    figure.update_yaxes(**quiet, scaleanchor="x")  # a distance is the same in every direction
    figure.update_layout(
        margin={"r": 14},  # Streamlit would cut the frame
        dragmode="select",
        hovermode="closest",
        showlegend=True,
        legend={"itemsizing": "constant", "yanchor": "top", "y": -0.07},  # the tools are above the map
        newselection={"line": {"color": MUTED, "width": 2}},
    )
    return figure


def _trace(points: MapPoints, members: np.ndarray, marker: dict[str, Any]) -> go.Scatter | go.Scattergl:
    kind = go.Scatter if len(points.coordinates) <= MAX_SVG_POINTS else go.Scattergl
    selected = None
    if points.is_selected is not None and points.is_selected.any():
        selected = np.flatnonzero(points.is_selected[members])
    return kind(
        x=points.coordinates[members, 0].astype(np.float32),
        y=points.coordinates[members, 1].astype(np.float32),
        mode="markers",
        marker={"size": _size(len(points.coordinates)), **marker},
        customdata=points.sample_ids[members],
        hovertext=["<br>".join(axis_name(line, 80) for line in points.hover[member]) for member in members],
        hovertemplate="%{hovertext}<extra></extra>",
        selectedpoints=selected,
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": FADED}},
    )


def _size(num_points: int) -> int:
    """Diameter of a point, pixels: the more there are, the smaller."""
    return next((size for size, limit in ((10, 300), (8, 1500), (6, 5000)) if num_points <= limit), 4)

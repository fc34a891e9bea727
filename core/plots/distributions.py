"""How many images have which value: bars over a scale."""

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import ACCENT, new_figure

HEIGHT = 220  # pixels


def plot_distribution(
    counts: np.ndarray, edges: np.ndarray, *, title: str, unit: str = "", height: int = HEIGHT
) -> go.Figure:
    """Draw a histogram that was computed before, see ``core.datasets.scanning.statistics``.

    Args:
        counts: Number of images in each bin, shape ``(num_bins,)``.
        edges: Where the bins begin and end, shape ``(num_bins + 1,)``.
        title: What was measured, for the axis.
        unit: Its unit; empty for none.
        height: Pixels.
    """
    figure = new_figure(x_title=f"{title} ({unit})" if unit else title, y_title="images", height=height)
    low, high = edges[:-1], edges[1:]
    if len(edges) > 1 and (whole := bool(np.allclose(edges % 1, 0.5))):  # bins around whole numbers
        low, high = low + 0.5, high - 0.5
    else:
        whole = False
    figure.add_bar(
        x=(edges[:-1] + edges[1:]) / 2, y=counts, width=np.diff(edges), marker_color=ACCENT,
        marker_line_width=0, customdata=[_words(*ends, whole=whole) for ends in zip(low, high, strict=True)],
        hovertemplate="%{customdata}: %{y:,} images<extra></extra>",
    )  # fmt: skip
    figure.update_layout(bargap=0, showlegend=False, margin_t=8)
    figure.update_yaxes(rangemode="tozero", tickformat=",")
    return figure


def _words(low: float, high: float, *, whole: bool) -> str:
    if whole:
        return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    return f"{low:,.3g} to {high:,.3g}"

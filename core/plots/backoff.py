"""Risk against coverage: how often answers are wrong when only the surest are given."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import MUTED, PALETTE, new_figure

MAX_POINTS = 400  # of a line; more are not seen
HEIGHT = 320  # pixels


def plot_risk_coverage(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    at: tuple[float, float] | None = None,
    wished_risk: float | None = None,
) -> go.Figure:
    """Draw the risk of several ways to answer at every coverage.

    Args:
        curves: Name of each way to its coverage and its risk, shares 0-1, each of shape ``(num_points,)``.
        at: Coverage and risk, shares 0-1, to mark: where the thresholds stand now.
        wished_risk: Share 0-1, drawn as a line.

    Returns:
        Figure with a curve a way, in percent, and the mark ``now``.
    """
    figure = new_figure(
        x_title="Coverage (% of images answered)", y_title="Risk (% of answers)", height=HEIGHT
    )
    for index, (name, (coverage, risk)) in enumerate(curves.items()):
        shown = np.unique(np.linspace(0, max(0, len(coverage) - 1), MAX_POINTS).astype(int))[: len(coverage)]
        figure.add_scatter(
            x=100 * coverage[shown],
            y=100 * risk[shown],
            name=name,
            mode="lines",
            line={"color": PALETTE[index % len(PALETTE)]},
            hovertemplate="%{x:.1f} % answered: %{y:.2f} % wrong",
        )
    if wished_risk is not None:
        figure.add_hline(y=100 * wished_risk, line_dash="dot", line_color=MUTED, annotation_text="wished")
    if at is not None:
        figure.add_scatter(
            x=[100 * at[0]],
            y=[100 * at[1]],
            name="now",
            mode="markers",
            marker={"size": 12, "symbol": "star", "color": PALETTE[5]},
            hovertemplate="now: %{x:.1f} % answered, %{y:.2f} % wrong<extra></extra>",
        )
    figure.update_xaxes(range=[0, 102], dtick=20)
    figure.update_yaxes(rangemode="tozero")
    return figure

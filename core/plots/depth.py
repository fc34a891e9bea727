"""Accuracy over fine-tuning depth: full classes, merged, summed, and trained on the groups."""

import pandas as pd
import plotly.graph_objects as go

from core.plots.duel import WAY_COLORS
from core.plots.theme import PALETTE, new_figure

SYMBOLS = {"full": "circle", "full then merged": "square", "full summed": "diamond", "retrained": "star"}
HEIGHT = 380  # pixels


def plot_depths(points: pd.DataFrame, *, num_blocks: int) -> go.Figure:
    """Plot the accuracy of each way over the number of trained blocks.

    Args:
        points: One row a way and depth: way, depth (blocks), num_classes, accuracy (share 0-1), accuracy_sd
            (missing for a single run) and runs (their ids), as in ``core.regrouping.duel.depth.DepthPoint``.
        num_blocks: Blocks of the network: where the axis ends.
    """
    figure = new_figure(x_title="Trained blocks, from the end", y_title="Accuracy (%)", height=HEIGHT)
    for way, rows in points.groupby("way", sort=False):
        named = f"{way} ({rows['num_classes'].iloc[0]})"
        deviations = 100 * rows["accuracy_sd"].astype(float)
        figure.add_trace(
            go.Scatter(
                x=rows["depth"],
                y=100 * rows["accuracy"],
                error_y={
                    "type": "data",
                    "array": deviations.fillna(0),
                    "visible": bool(deviations.notna().any()),
                },
                name=named,
                mode="lines+markers",
                line={"color": WAY_COLORS.get(str(way), PALETTE[-1]), "width": 2},
                marker={"size": 9, "symbol": SYMBOLS.get(str(way), "circle")},
                customdata=[", ".join(runs) for runs in rows["runs"]],
                hovertemplate=f"{named}, %{{x}} blocks: %{{y:.2f}} %<br>%{{customdata}}<extra></extra>",
            )
        )
    figure.update_xaxes(dtick=1, range=[-0.4, num_blocks + 0.4])
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.25)")
    return figure

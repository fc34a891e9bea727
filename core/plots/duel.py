"""The accuracies of the duel, with their intervals."""

import pandas as pd
import plotly.graph_objects as go

from core.plots.theme import PALETTE, new_figure

INTERVAL_COLOR = "#888888"  # seen on light and dark


def plot_duel(rows: pd.DataFrame, *, random_mean: float) -> go.Figure:
    """Plot the accuracy of every way to answer with its interval, and that of random groups as a line.

    Args:
        rows: One row a way: name, num_classes, and accuracy, low and high (shares 0-1), as in
            ``core.regrouping.duel.comparison.DuelRow``.
        random_mean: Mean accuracy of merging into random groups of the same sizes, share 0-1.
    """
    height = 110 + 48 * len(rows)
    figure = new_figure(x_title="Accuracy (%)", y_title="", height=height)
    figure.add_trace(
        go.Scatter(
            x=100 * rows["accuracy"],
            y=rows["name"] + " (" + rows["num_classes"].astype(str) + ")",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * (rows["high"] - rows["accuracy"]),
                "arrayminus": 100 * (rows["accuracy"] - rows["low"]),
                "thickness": 2,
                "color": INTERVAL_COLOR,
            },
            mode="markers",
            marker={"size": 13, "color": PALETTE[: len(rows)]},
            hovertemplate="%{y}: %{x:.2f} %<extra></extra>",
        )
    )
    figure.add_vline(
        x=100 * random_mean, line_dash="dot", line_color=PALETTE[-1], annotation_text="random groups"
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)")
    return figure

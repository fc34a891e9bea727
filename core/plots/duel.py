"""The accuracies of the duel, with their intervals, and the single runs behind a mean."""

import pandas as pd
import plotly.graph_objects as go

from core.plots.theme import PALETTE, new_figure

INTERVAL_COLOR = "#888888"  # seen on light and dark
WAY_COLORS = {  # the same in every figure of the page
    "full": PALETTE[0],
    "full then merged": PALETTE[1],
    "full summed": PALETTE[2],
    "retrained": PALETTE[3],
}


def plot_duel(rows: pd.DataFrame, *, random_mean: float) -> go.Figure:
    """Plot the accuracy of every way to answer with its interval, and that of random groups as a line.

    Args:
        rows: One row a way: name, num_classes, accuracy, low and high (shares 0-1), and accuracies, those of
            its single runs, as in ``core.regrouping.duel.results.DuelRow``.
        random_mean: Mean accuracy of merging into random groups of the same sizes, share 0-1.
    """
    figure = new_figure(x_title="Accuracy (%)", y_title="", height=110 + 48 * len(rows))
    names = rows["name"] + " (" + rows["num_classes"].astype(str) + ")"
    figure.add_trace(
        go.Scatter(
            x=100 * rows["accuracy"],
            y=names,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * (rows["high"] - rows["accuracy"]),
                "arrayminus": 100 * (rows["accuracy"] - rows["low"]),
                "thickness": 2,
                "color": INTERVAL_COLOR,
            },
            mode="markers",
            marker={"size": 13, "color": [WAY_COLORS.get(name, PALETTE[0]) for name in rows["name"]]},
            hovertemplate="%{y}: %{x:.2f} %<extra></extra>",
        )
    )
    _add_runs(figure, rows, names)
    figure.add_vline(
        x=100 * random_mean,
        line_dash="dot",
        line_color=PALETTE[-1],
        annotation={"text": "random groups", "yanchor": "bottom"},  # above the plot, on no interval
    )
    figure.update_layout(showlegend=False, margin_t=36)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)")
    return figure


def _add_runs(figure: go.Figure, rows: pd.DataFrame, names: pd.Series) -> None:
    """Add a small mark for each single run where there are several."""
    places = [
        (100 * accuracy, name)
        for name, accuracies in zip(names, rows["accuracies"], strict=True)
        for accuracy in accuracies
        if len(accuracies) > 1
    ]
    if places:
        shares, ways = zip(*places, strict=True)
        figure.add_trace(
            go.Scatter(
                x=shares,
                y=ways,
                mode="markers",
                marker={"size": 11, "symbol": "line-ns-open", "color": INTERVAL_COLOR},
                hovertemplate="one seed of %{y}: %{x:.2f} %<extra></extra>",
            )
        )

"""The learning rate over a whole run, before it is trained."""

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import ACCENT, new_figure

MAX_POINTS = 600  # of the drawn line; more cannot be told apart


def plot_schedule(rates: np.ndarray, steps_per_epoch: int, *, height: int = 190) -> go.Figure:
    """Draw the learning rate of every step by epoch.

    Args:
        rates: Learning rate of each step, float, shape ``(num_steps,)``.
        steps_per_epoch: Steps in an epoch.
        height: Pixels.

    Returns:
        Figure with one line; of many steps only some are drawn, the first and the last among them.
    """
    figure = new_figure(x_title="Epoch", y_title="Learning rate", height=height)
    places = np.unique(np.linspace(0, max(len(rates) - 1, 0), min(len(rates), MAX_POINTS)).astype(np.int64))
    figure.add_scatter(
        x=places / steps_per_epoch,
        y=rates[places],
        mode="lines",
        line={"color": ACCENT},
        hovertemplate="after %{x:.2f} epochs: %{y:.3g}<extra></extra>",
    )
    figure.update_layout(margin_t=8, showlegend=False)
    figure.update_yaxes(rangemode="tozero", exponentformat="power")
    return figure

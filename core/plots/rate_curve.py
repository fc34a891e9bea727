"""Loss by learning rate, as the learning-rate finder measured it."""

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import ACCENT, MUTED, PALETTE, new_figure

HEADROOM = 1.25  # the curve is shown up to this many times the first loss; beyond it has flown off
MARK = PALETTE[5]


def plot_rate_curve(
    rates: np.ndarray,
    losses: np.ndarray,
    *,
    suggestion: float | None = None,
    raw_losses: np.ndarray | None = None,
    height: int = 260,
) -> go.Figure:
    """Draw how the loss went as the learning rate grew from step to step.

    Args:
        rates: Learning rate of each step, growing, float, shape ``(num_steps,)``.
        losses: Smoothed loss, shape ``(num_steps,)``.
        suggestion: Learning rate to mark; None marks none.
        raw_losses: Loss of each single batch, shape ``(num_steps,)``.
        height: Pixels.

    Returns:
        Figure with ``each batch`` (where given) and ``smoothed``, and a line at the suggestion.
    """
    figure = new_figure(x_title="Learning rate", y_title="Loss", height=height)
    if raw_losses is not None:
        figure.add_scatter(
            x=rates, y=raw_losses, mode="markers", name="each batch", marker={"size": 4, "color": MUTED},
            hovertemplate="%{x:.2g}: %{y:.3f}",
        )  # fmt: skip
    figure.add_scatter(
        x=rates,
        y=losses,
        mode="lines",
        name="smoothed",
        line={"color": ACCENT},
        hovertemplate="%{x:.2g}: %{y:.3f}",
    )
    if suggestion is not None:
        figure.add_vline(x=suggestion, line={"color": MARK, "dash": "dash"})
        # On a logarithmic axis Plotly places lines by their value, but texts by its logarithm.
        place = float(np.log10(suggestion))
        figure.add_annotation(
            x=place, y=1, yref="paper", text=f"{suggestion:.2g}", showarrow=False, xanchor="left", xshift=4
        )
    finite = losses[np.isfinite(losses)]
    if len(finite):
        low, high = float(finite.min()), float(finite[0]) * HEADROOM
        figure.update_yaxes(range=[low - 0.05 * (high - low), high])
    figure.update_xaxes(type="log", exponentformat="power")
    return figure

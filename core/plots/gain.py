"""The accuracy of a suggested grouping beside what the same search finds where there is nothing to find."""

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import ACCENT, MUTED, new_figure

HEIGHT = 240  # pixels
NUM_BINS = 30


def plot_gain(draws: np.ndarray, *, merged: float, before: float) -> go.Figure:
    """Draw the accuracies that chance gives as a histogram, and the one before and after merging as lines.

    Args:
        draws: Accuracies that chance gave, shares 0-1, shape ``(num_draws,)``.
        merged: Accuracy after merging, share 0-1.
        before: Accuracy before merging, share 0-1.
    """
    figure = new_figure(x_title="Accuracy (%)", y_title="Searches", height=HEIGHT)
    figure.add_histogram(
        x=100 * draws,
        nbinsx=NUM_BINS,
        name="mistakes dealt anew",
        marker={"color": MUTED},
        hovertemplate="%{x} %: %{y} searches<extra></extra>",
    )
    figure.add_vline(x=100 * before, line_dash="dot", line_color=MUTED, annotation_text="before")
    figure.add_vline(
        x=100 * merged, line_color=ACCENT, annotation_text="these groups", annotation_position="top left"
    )
    return figure

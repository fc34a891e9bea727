"""A network's answer to one image as bars."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import ACCENT, PALETTE, axis_name, new_figure

BAR_HEIGHT = 30  # pixels
TRUE_COLOR = PALETTE[2]


def plot_answer(
    probs: np.ndarray, class_names: Sequence[str], *, true_class: int | None = None, limit: int = 5
) -> go.Figure:
    """Draw the largest probabilities as horizontal bars, the largest on top.

    Args:
        probs: Shape ``(num_classes,)``.
        class_names: Names of the classes.
        true_class: Its bar has another color and the word "(true)"; it is shown even when it is not among the
            largest. None when it is not known.
        limit: Most bars, the true class's not counted.
    """
    order = [int(index) for index in np.argsort(-probs, kind="stable")[:limit]]
    if true_class is not None and true_class not in order:
        order.append(true_class)
    names = [axis_name(class_names[k], 24) + (" (true)" if k == true_class else "") for k in order]
    figure = new_figure(x_title="probability (%)", y_title="", height=90 + BAR_HEIGHT * len(order))
    percent = 100 * probs[order]
    figure.add_bar(
        x=percent, y=list(range(len(order))), orientation="h",
        text=[f"{value:.1f} %" for value in percent], textposition="outside", cliponaxis=False,
        customdata=names, hovertemplate="%{customdata}: %{x:.3f} %<extra></extra>",
        marker_color=[TRUE_COLOR if index == true_class else ACCENT for index in order],
    )  # fmt: skip
    figure.update_xaxes(range=[0, 112], tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(tickvals=list(range(len(order))), ticktext=names, autorange="reversed")
    return figure

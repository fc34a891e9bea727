"""The confusion matrix as a still picture; the one to work with is the editor on the Regroup page."""

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import axis_name, new_figure

MAX_NAMED = 60  # classes; more names on an axis cannot be read, hover shows them
MAX_LABEL = 24  # characters of a class name on an axis
COLORBAR = {  # above the matrix: beside it there is no room in a narrow window
    "orientation": "h",
    "thickness": 10,
    "len": 0.6,
    "y": 1.0,
    "yanchor": "bottom",
    "nticks": 4,
    "tickformat": ",.2~f",
}
# Opacity carries the number, so that a high one stands out on a light page and on a dark one.
SCALE = [
    [0.0, "rgba(128,128,128,0.10)"],
    [1e-9, "rgba(33,132,199,0.30)"],
    [0.35, "rgba(33,132,199,0.65)"],
    [1.0, "rgba(33,132,199,1)"],
]


def plot_confusion(
    confusion: np.ndarray, class_names: tuple[str, ...], *, normalize: bool = False, height: int = 560
) -> go.Figure:
    """Plot a confusion matrix, true classes downward, predicted ones to the right.

    Args:
        confusion: Counts, int64, or shares 0-1, shape ``(num_classes, num_classes)``.
        class_names: Names of the classes.
        normalize: Whether ``confusion`` holds shares of the true class instead of counts.
        height: Pixels.
    """
    figure = new_figure(x_title="Predicted class", y_title="True class", height=height)
    names = [axis_name(name, len(name)) for name in class_names]
    figure.add_trace(
        go.Heatmap(
            z=confusion,
            x=names,
            y=names,
            zmin=0,
            zmax=1 if normalize else max(1, int(confusion.max(initial=0))),
            colorscale=SCALE,
            colorbar={**COLORBAR, "title": {"text": "Share" if normalize else "Images", "side": "top"}},
            hovertemplate=f"%{{y}} predicted as %{{x}}: %{{z{':.3f' if normalize else ''}}}<extra></extra>",
        )
    )
    named = len(class_names) <= MAX_NAMED
    ticks = {
        "type": "category",
        "tickvals": names,
        "ticktext": [axis_name(name, MAX_LABEL) for name in class_names],
    }
    figure.update_xaxes(**ticks, showticklabels=named, showgrid=False, tickangle=-45, constrain="domain")
    figure.update_yaxes(**ticks, showticklabels=named, showgrid=False, autorange="reversed", scaleanchor="x")
    return figure

"""The look of every figure: one plotly template, color-blind safe, readable in light and dark.

Palette: Okabe and Ito (2008), https://jfly.uni-koeln.de/color/. Backgrounds are transparent and
text colors are left to the page, so that one figure serves both themes.
"""

import plotly.graph_objects as go

ACCENT = "#0072B2"  # blue, the one accent color
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
SPLIT_COLORS = {"train": "#0072B2", "val": "#E69F00", "test": "#009E73"}

TEMPLATE = go.layout.Template(
    layout={
        "colorway": list(PALETTE),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0},
        "xaxis": {"automargin": True, "zeroline": False},
        "yaxis": {"automargin": True, "zeroline": False},
        "hoverlabel": {"namelength": -1},
    }
)


def axis_name(name: str, limit: int = 32) -> str:
    """Return a user's name for an axis: cut, and safe from Plotly, which reads tags in texts.

    >>> axis_name("<b>", 8), axis_name("rounded square", 8)
    ('&lt;b>', 'rounded…')
    """
    short = name if len(name) <= limit else f"{name[: limit - 1]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;")


def new_figure(*, x_title: str, y_title: str, height: int = 320) -> go.Figure:
    """Return an empty figure in the house template.

    Args:
        x_title: Title of the horizontal axis, with its unit.
        y_title: Title of the vertical axis, with its unit.
        height: Pixels.
    """
    figure = go.Figure()
    figure.update_layout(template=TEMPLATE, height=height, xaxis_title=x_title, yaxis_title=y_title)
    return figure

"""The look of every figure: one plotly template, color-blind safe, readable in light and dark.

Palette: Okabe and Ito (2008), https://jfly.uni-koeln.de/color/. Backgrounds are transparent and
text colors are left to the page, so that one figure serves both themes.
"""

import plotly.graph_objects as go

ACCENT = "#0072B2"  # blue, the one accent color
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
# Classes: the first six of PALETTE, then those farthest from all before for every kind of color vision
# (Machado, Oliveira and Fernandes 2009, https://doi.org/10.1109/TVCG.2009.113), none too pale or too dark.
CLASS_COLORS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7A00FF", "#33E099", "#B8007A",
    "#8F7AFF", "#705C33", "#E00ACC", "#EBB8D6", "#FF3D66", "#C21400", "#99B870", "#CCCC00", "#FF7AD6",
    "#A3525C", "#665C8F",
)  # fmt: skip
CLASS_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon")
MUTED = "#999999"  # of what is there but not meant
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


def class_color(index: int) -> str:
    """Return the color of a class on every page, by its place among the class names; it repeats after 20.

    >>> class_color(0) == class_color(20)
    True
    """
    return CLASS_COLORS[index % len(CLASS_COLORS)]


def class_symbol(index: int) -> str:
    """Return the marker of a class; classes of the same color have different ones, up to 160 classes.

    >>> class_symbol(0), class_symbol(20)
    ('circle', 'diamond')
    """
    return CLASS_SYMBOLS[index // len(CLASS_COLORS) % len(CLASS_SYMBOLS)]


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

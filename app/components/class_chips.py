"""Class names with the color that each has on every page."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.plots.theme import class_color

STYLE = """<style>
.class-chips { display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .82rem; line-height: 1.3; }
.class-chips i { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin-right: .35rem;
  vertical-align: -1px; }
</style>"""


def class_chips(classes: Sequence[tuple[int, str, int]], *, rest: str = "") -> None:
    """Draw classes in one flowing line.

    Args:
        classes: Index, name (any text) and number of images of each.
        rest: Words after the last.
    """
    chips = [f"<span>{chip(index, name)} {count:,}</span>" for index, name, count in classes]
    if rest:
        chips.append(f"<span>{escape(rest)}</span>")
    st.html(f'{STYLE}<div class="class-chips">{"".join(chips)}</div>')


def chip(index: int, name: str) -> str:
    """Return a class as HTML: a square of its color and its name, escaped.

    >>> chip(0, "<b>")
    '<i style="background:#0072B2"></i>&lt;b&gt;'
    """
    return f'<i style="background:{class_color(index)}"></i>{escape(name)}'

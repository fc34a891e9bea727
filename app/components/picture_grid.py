"""Many small pictures with captions as one element: much faster to draw than one element a picture."""

import base64
from collections.abc import Sequence
from html import escape

import streamlit as st

STYLE = """
<style>
.pictures { display: flex; flex-wrap: wrap; gap: 10px 14px; }
.pictures figure { margin: 0; }
.pictures figure > div { display: flex; gap: 5px; }
.pictures img { image-rendering: pixelated; display: block; border-radius: 2px; }
.pictures figcaption { font-size: 0.75rem; opacity: 0.75; text-align: center; margin-top: 2px; }
</style>
"""


def picture_grid(groups: Sequence[Sequence[bytes]], captions: Sequence[str], *, size: int = 72) -> None:
    """Draw groups of PNG pictures, each group with its caption below; the grid wraps with the page's width.

    Args:
        groups: The pictures; those of one group stand side by side.
        captions: One a group; any text.
        size: Width of a picture on screen, CSS pixels.
    """
    figures = []
    for pictures, caption in zip(groups, captions, strict=True):
        images = "".join(_image(picture, caption, size) for picture in pictures)
        figures.append(f"<figure><div>{images}</div><figcaption>{escape(caption)}</figcaption></figure>")
    st.html(f'{STYLE}<div class="pictures">{"".join(figures)}</div>')


def _image(picture: bytes, caption: str, size: int) -> str:
    source = base64.b64encode(picture).decode()
    return f'<img src="data:image/png;base64,{source}" width="{size}" alt="{escape(caption)}">'

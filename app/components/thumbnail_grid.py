"""Many small pictures of a dataset as one element: one message to the browser, however many there are."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from app import cache
from core.datasets.dataset import Dataset

STYLE = """<style>
.thumbnails { display: flex; flex-wrap: wrap; gap: 8px; }
.thumbnails figure { margin: 0; max-width: 100%; }
.thumbnails img { display: block; max-width: 100%; object-fit: contain; border-radius: 3px;
  background: rgba(128, 128, 128, .12); }
.thumbnails figcaption { font-size: .75rem; line-height: 1.2; opacity: .75; text-align: center;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; margin-top: 2px; }
</style>"""


def thumbnail_grid(
    dataset: Dataset,
    sample_ids: Sequence[int] | np.ndarray,
    *,
    captions: Sequence[str] | None = None,
    size: int = 96,
    key: str | None = None,
) -> None:
    """Draw pictures in rows that wrap with the page's width; nothing where a dataset has no pictures.

    Args:
        dataset: Whose images.
        sample_ids: Which, in this order.
        captions: One below each picture, any text; too long ones are cut and shown whole on hover.
        size: Of a picture's box on screen, CSS pixels.
        key: Unique on the page; becomes the CSS class ``st-key-<key>`` around the grid.
    """
    if not dataset.has_pictures:
        return
    ids = tuple(int(sample_id) for sample_id in sample_ids)
    below = [""] * len(ids) if captions is None else list(captions)
    pictures = cache.thumbnails_of(dataset.name, ids, size)
    figures = [
        figure_html(picture, name, caption, size)
        for name, picture, caption in zip(names_of(dataset, ids), pictures, below, strict=True)
    ]
    with st.container(key=key):
        st.html(f'{STYLE}<div class="thumbnails">{"".join(figures)}</div>')


def name_of(dataset: Dataset, sample_id: int) -> str:
    """Return what identifies a picture: its path, or its number in the array, with its class."""
    return names_of(dataset, [sample_id])[0]


def names_of(dataset: Dataset, sample_ids: Sequence[int]) -> list[str]:
    """Return what identifies each picture, as ``name_of`` does."""
    rows = dataset.table.iloc[list(sample_ids)]
    in_files = dataset.root is not None
    places = rows["path"] if in_files else [f"picture {sample_id}" for sample_id in sample_ids]
    columns = (places, rows["label"].tolist(), rows["width"].tolist(), rows["height"].tolist())
    return [
        f"{place} ({dataset.class_names[label] if label >= 0 else 'no class'}, {width} x {height} pixels)"
        for place, label, width, height in zip(*columns, strict=True)
    ]


def figure_html(picture: bytes, title: str, caption: str, size: int) -> str:
    """Return one picture of a grid in the classes of ``STYLE``; title and caption may be any text."""
    source = base64.b64encode(picture).decode()
    title = escape(f"{caption}: {title}" if caption else title)
    below = f'<figcaption style="width:{size}px">{escape(caption)}</figcaption>' if caption else ""
    return (
        f'<figure title="{title}"><img src="data:image/jpeg;base64,{source}" width="{size}" height="{size}" '
        f'loading="lazy" alt="{title}">{below}</figure>'
    )

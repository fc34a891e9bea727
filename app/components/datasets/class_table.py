"""Rows of pictures, one a class, as one element: name, number of images, mean image, some of the pictures."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from app import cache
from app.components.thumbnail_grid import names_of
from core.datasets.dataset import Dataset
from core.datasets.images.mean_images import MeanImage
from core.datasets.images.thumbnails import encode_thumbnail
from core.words import counted

SIZE = 64  # of a picture, CSS pixels
STYLE = f"""<style>
.class-rows {{ border-collapse: collapse; width: 100%; }}
.class-rows th {{ text-align: left; font-weight: 500; font-size: .85rem; width: 8rem;
  overflow-wrap: anywhere; padding: 3px 10px 3px 0; vertical-align: middle; }}
.class-rows th span {{ display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3;
  overflow: hidden; }}
.class-rows th small {{ display: block; opacity: .65; font-weight: 400; }}
.class-rows td {{ padding: 3px 0; }}
.class-rows td:nth-child(2) {{ width: {SIZE + 20}px; }}
.class-rows tr + tr {{ border-top: 1px solid rgba(128, 128, 128, .2); }}
.class-rows div {{ display: flex; flex-wrap: wrap; gap: 4px; }}
.class-rows img {{ width: {SIZE}px; height: {SIZE}px; object-fit: contain; border-radius: 3px; display: block;
  background: rgba(128, 128, 128, .12); }}
.class-rows img.mean {{ outline: 2px solid rgba(128, 128, 128, .55); margin-right: 8px; }}
</style>"""


def class_table(
    dataset: Dataset,
    labels: Sequence[int],
    samples: Sequence[np.ndarray],
    means: Sequence[MeanImage | None],
) -> None:
    """Draw the rows.

    Args:
        dataset: Whose images.
        labels: Which classes.
        samples: Sample ids of the pictures of each class.
        means: The mean image of each class; None where there is none.
    """
    ids = tuple(int(one) for group in samples for one in group)
    pictures = dict(zip(ids, cache.thumbnails_of(dataset.name, ids, SIZE), strict=True))
    titles = dict(zip(ids, names_of(dataset, ids), strict=True))
    totals = np.bincount(dataset.included["label"], minlength=dataset.num_classes)
    rows = []
    for label, group, mean in zip(labels, samples, means, strict=True):
        name = escape(dataset.class_names[label])
        average = "" if mean is None else _mean(mean, name)
        cells = [_image(pictures[int(one)], escape(titles[int(one)])) for one in group]
        words = "".join(cells) or "<i>No picture in this split.</i>"
        rows.append(
            f"<tr><th scope='row'><span title='{name}'>{name}</span>"
            f"<small>{counted(int(totals[label]))}</small></th>"
            f"<td>{average}</td><td><div>{words}</div></td></tr>"
        )
    st.html(f"{STYLE}<table class='class-rows'>{''.join(rows)}</table>")


def _mean(mean: MeanImage, name: str) -> str:
    title = f"Mean of {counted(mean.num_images)} of {name}"
    return _image(encode_thumbnail(mean.pixels, SIZE), title, kind="mean")


def _image(jpeg: bytes, title: str, *, kind: str = "") -> str:
    source = base64.b64encode(jpeg).decode()
    return f'<img class="{kind}" src="data:image/jpeg;base64,{source}" title="{title}" alt="{title}">'

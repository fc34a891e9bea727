"""Pictures behind chosen classes, with the network's certainty: one element, however many there are."""

from html import escape
from typing import NamedTuple

import numpy as np
import streamlit as st

from app import cache
from app.components.pictures_shown import pictures_shown
from app.components.thumbnail_grid import STYLE, figure_html, names_of
from core.datasets.dataset import Dataset
from core.evaluation.mistakes import rows_of_pair
from core.predictions import Predictions
from core.regrouping.evidence.verdict import BlockEvidence
from core.runs.run import Run

NUM_PICTURES = 6  # of each class of a pair, and of each direction
NUM_EXAMPLES = 24  # of the classes of a block together
SIZE = 64  # CSS pixels
FOOT = "Validation images, the surest first; below each how sure the network is of what it said."
SECTIONS = """<style>
.evidence { display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fit, minmax(max(40%, min(208px, 100%)), 1fr)); }
.evidence section { min-width: 0; }
.evidence h6 { font-size: .85rem; font-weight: 400; margin: 0 0 6px; padding: 0; overflow-wrap: anywhere; }
.evidence h6 b { font-weight: 600; }
.evidence-foot { font-size: .875rem; opacity: .6; margin: 12px 0 0; }
.evidence section.wide { grid-column: 1 / -1; }
</style>"""


class Section(NamedTuple):
    """Some pictures under one line.

    Attributes:
        head: HTML of the line.
        rows: Rows of the predictions, in their order.
        captions: One below each picture, any text.
        is_wide: Whether it takes a row of its own.
    """

    head: str
    rows: np.ndarray
    captions: list[str]
    is_wide: bool = False


def pair_pictures(run: Run, predictions: Predictions, pair: tuple[int, int]) -> None:
    """Show images of both classes that were recognized, and those confused each way, the surest first."""
    first, second = pair
    cells = ((first, first), (second, second), (first, second), (second, first))
    _draw(run, predictions, [_cell(predictions, *cell) for cell in cells], key="regroup_pictures")


def block_pictures(run: Run, predictions: Predictions, evidence: BlockEvidence) -> None:
    """Show some images of each class of a block, and the mistakes of its costliest pairs."""
    place = {name: index for index, name in enumerate(predictions.class_names)}
    names = evidence.names[:NUM_EXAMPLES]
    each = max(1, NUM_EXAMPLES // len(names))
    shown = [np.flatnonzero(predictions.y_true == place[name])[:each] for name in names]
    captions = [name for name, rows in zip(names, shown, strict=True) for _ in rows]
    sections = [Section("<b>Examples</b> of the classes", np.concatenate(shown), captions, True)]
    for judged in evidence.judged:
        first, second = judged.facts.indices
        sections += [_cell(predictions, first, second), _cell(predictions, second, first)]
    _draw(run, predictions, sections, key="regroup_pictures_block")


def _cell(predictions: Predictions, true: int, predicted: int) -> Section:
    """The images of one cell of the matrix."""
    rows = rows_of_pair(predictions, true, predicted)
    shown = rows[:NUM_PICTURES]
    name, other = (escape(predictions.class_names[index]) for index in (true, predicted))
    what = f"<b>{name}</b> recognized" if true == predicted else f"<b>{name}</b> seen as <b>{other}</b>"
    certainty = [f"{share:.0%} sure" for share in np.asarray(predictions.probs[shown, predicted], float)]
    return Section(f"{what}: {len(shown)} of {len(rows):,}", shown, certainty)


def _draw(run: Run, predictions: Predictions, sections: list[Section], *, key: str) -> None:
    dataset = pictures_shown(run, predictions.split)
    rows = np.concatenate([section.rows for section in sections])
    ids = tuple(predictions.sample_ids[rows].tolist())
    figures = iter(_figures(dataset, ids, [text for section in sections for text in section.captions]))
    parts = [
        f'<section class="{"wide" if section.is_wide else ""}"><h6>{section.head}</h6>'
        f'<div class="thumbnails">{"".join(next(figures) for _ in section.rows)}</div></section>'
        for section in sections
        if len(section.rows)
    ]
    with st.container(key=key):
        st.html(
            f'{STYLE}{SECTIONS}<div class="evidence">{"".join(parts)}</div>'
            f'<p class="evidence-foot">{FOOT}</p>'
        )


def _figures(dataset: Dataset, ids: tuple[int, ...], captions: list[str]) -> list[str]:
    pictures = cache.thumbnails_of(dataset.name, ids, SIZE)
    described = zip(pictures, names_of(dataset, ids), captions, strict=True)
    return [figure_html(picture, name, caption, SIZE) for picture, name, caption in described]

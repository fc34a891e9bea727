"""The pictures behind a finding: two by two or in a grid, to choose from and to edit."""

import numpy as np
import streamlit as st

from app import state
from app.components.datasets.edit_bar import edit_bar
from app.components.picture_picker import picture_picker
from core.datasets.dataset import Dataset
from core.datasets.trouble.findings import Finding, Kind
from core.words import SPLIT_NAMES

PAIRS_A_PAGE = 24
PICTURES_A_PAGE = 60
PAIR_SIZE = 112  # of a picture's box, CSS pixels
HASH_BITS = 64
EXACT = (Kind.LEAK_EXACT, Kind.CONFLICT, Kind.DUPLICATES)


def pairs_of(dataset: Dataset, finding: Finding) -> None:
    """Draw a page of pairs side by side, with class and split below each picture, and the edit bar."""
    pairs = finding.pairs if finding.pairs is not None else np.zeros((0, 2), np.int64)
    start, stop = _page(dataset, finding, len(pairs), PAIRS_A_PAGE, "Pairs")
    ids = pairs[start:stop].ravel()
    told = [""] * (stop - start)
    if finding.distances is not None:
        told = [distance_in_words(int(distance)) for distance in finding.distances[start:stop]]
    if finding.kind in EXACT:
        told = ["identical"] * (stop - start)
    captions = captions_of(dataset, ids)
    key = f"pairs_{finding.kind}"
    chosen = picture_picker(dataset, ids, captions=captions, pairs=told, key=key, size=PAIR_SIZE)
    edit_bar(dataset, chosen, key=f"edit_{finding.kind}")


def singles_of(dataset: Dataset, finding: Finding) -> None:
    """Draw a page of pictures, the worst first, with what was measured, and the edit bar."""
    start, stop = _page(dataset, finding, finding.num_images, PICTURES_A_PAGE, "Pictures")
    ids = finding.sample_ids[start:stop]
    captions = captions_of(dataset, ids)
    if finding.values is not None:  # there is no room for the split as well; the full picture tells it
        names = [dataset.class_names[label] for label in dataset.labels(ids)]
        values = finding.values[start:stop]
        captions = [f"{value:.3g} {name}" for value, name in zip(values, names, strict=True)]
        st.caption(f"Below each picture: {finding.value_name} and class.")
    chosen = picture_picker(dataset, ids, captions=captions, key=f"singles_{finding.kind}")
    edit_bar(dataset, chosen, key=f"edit_{finding.kind}")


def unusable_of(dataset: Dataset, finding: Finding) -> None:
    """Draw the list of files that cannot be used, with the reason."""
    rows = dataset.table.iloc[finding.sample_ids][["path", "reason"]].fillna("")
    st.dataframe(rows.rename(columns={"path": "File", "reason": "Reason"}), hide_index=True, width="stretch")


def captions_of(dataset: Dataset, sample_ids: np.ndarray) -> list[str]:
    """Return class and split of images, such as ``"cat, test"``."""
    splits = dataset.table["split"].iloc[sample_ids]
    names = [dataset.class_names[label] for label in dataset.labels(sample_ids)]
    return [f"{name}, {SPLIT_NAMES[split]}" for name, split in zip(names, splits, strict=True)]


def distance_in_words(distance: int) -> str:
    """Return how alike two images are.

    >>> distance_in_words(3)
    'differ in 3 of 64 bits'
    """
    return f"differ in {distance} of {HASH_BITS} bits" if distance else "alike in all bits"


def _page(dataset: Dataset, finding: Finding, total: int, size: int, what: str) -> tuple[int, int]:
    """Draw the page buttons; return the first item shown and the one after the last."""
    num_pages = -(-total // size)
    page = 1
    if num_pages > 1:
        key = f"trouble_page_{dataset.name}_{finding.kind}"
        page = min(int(st.session_state.get(key) or 1), num_pages)
        st.session_state[key] = page
        st.pagination(num_pages, **state.bind(key))
        page = int(st.session_state[key])
    start = (page - 1) * size
    stop = min(start + size, total)
    st.caption(f"{what} {start + 1:,} to {stop:,} of {total:,}")
    return start, stop

"""The scan of a dataset's pixels: begun where a part of the page needs it, followed and stopped there.

Up to ``SCAN_UNASKED`` images it takes seconds and begins by itself, once in a browser session. Above, it is
offered with an estimate of its time.
"""

import pandas as pd
import streamlit as st

from app import cache
from app.components.background_jobs import follow_job, is_running, start_job
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.run_words import duration
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.datasets.scanning.scan import estimate_seconds, scan_dataset

SCAN_UNASKED = 5_000  # images
WHAT_FOR = (
    "A scan looks once at the pixels of every picture: how bright and how sharp it is, which pictures look "
    "alike, and which look unlike all others. It goes on in the background, and what it finds is kept."
)


def scan_of(dataset: Dataset) -> pd.DataFrame | None:
    """Return what the scan found; without one, begin or offer it, draw how far it is, and return None."""
    key = f"scan-{dataset.name}-{dataset.images_hash}"
    if cache.scan(dataset.name) is None and len(dataset.table) <= SCAN_UNASKED:
        _start_once(key, dataset)
    ended = follow_job(key)
    if ended is not None:
        with shown_as_text():
            ended.result()
    found = cache.scan(dataset.name)
    if found is None:
        if not is_running(key):
            _offer(key, dataset)
        return None
    for note in found.attrs.get("notes", []):
        st.caption(f":material/info: {plain(note)}")
    return found


def _offer(key: str, dataset: Dataset) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        seconds = duration(estimate_seconds(dataset))
        label = f"Scan {len(dataset.table):,} pictures (about {seconds})"
        st.button(
            label,
            icon=":material/image_search:",
            help=WHAT_FOR,
            key=f"offer_{key}",
            on_click=_start,
            args=(key, dataset),
        )
        command_popover(["datasets", "scan", dataset.name])


def _start_once(key: str, dataset: Dataset) -> None:
    begun = f"begun_{key}"
    if not st.session_state.get(begun):
        st.session_state[begun] = True
        _start(key, dataset)


def _start(key: str, dataset: Dataset) -> None:
    workspace = cache.workspace()
    work = lambda tell: scan_dataset(workspace, dataset, progress=tell)  # noqa: E731
    if not is_running(key):  # another browser may have begun it a moment ago
        start_job(key, f"Scanning {dataset.name}", work)

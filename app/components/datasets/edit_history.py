"""The edits of a dataset: what was changed when, and the way back to any state."""

from datetime import datetime

import streamlit as st

from app import cache
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import EditLog, go_to, load_edits

PAGE_SIZE = 10  # edits
VERSION_HELP = (
    "A hash of everything that training depends on: classes, images, labels, splits. A run writes down the "
    "version it saw. Undoing an edit gives the version before it again."
)


def edit_history(dataset: Dataset, *, key: str = "edit_history") -> None:
    """Draw undo, redo and the list of edits, the newest first; nothing where nothing was ever edited.

    Args:
        dataset: Whose edits.
        key: Unique on the page.
    """
    with shown_as_text():
        log = load_edits(cache.workspace().datasets_dir / dataset.name)
        if not log.steps:
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            _go_button(dataset, "Undo", log.position - 1, f"{key}_undo", is_on=log.can_undo)
            _go_button(dataset, "Redo", log.position + 1, f"{key}_redo", is_on=log.can_redo)
            st.caption(f"Now version {dataset.version}, {_edits(log.position)}", help=VERSION_HELP)
        _rows(dataset, log, key)


def edit_history_popover(dataset: Dataset, *, key: str) -> None:
    """Draw the history behind a button, where there is one."""
    with shown_as_text():
        if load_edits(cache.workspace().datasets_dir / dataset.name).steps:
            with st.popover(f"History ({_edits(dataset.num_edits)})", icon=":material/history:", key=key):
                edit_history(dataset, key=f"{key}_list")


def _rows(dataset: Dataset, log: EditLog, key: str) -> None:
    num_states = len(log.steps) + 1  # the state before all edits is one too
    num_pages = -(-num_states // PAGE_SIZE)
    page = st.pagination(num_pages, key=f"{key}_page") if num_pages > 1 else 1
    newest = num_states - 1 - (page - 1) * PAGE_SIZE
    for position in range(newest, max(newest - PAGE_SIZE, -1), -1):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_row_{position}"):
            st.markdown(_line(log, position), width="stretch")
            if position == log.position:
                st.badge("now", color="green")
            else:
                name = "Go back to here" if position < log.position else "Go forward to here"
                _go_button(dataset, name, position, f"{key}_to_{position}")


def _line(log: EditLog, position: int) -> str:
    if not position:
        return "As it was added"
    step = log.steps[position - 1]
    text = f"**{position}.** {plain(step.title)}  \n:small[{_time(step.made)}, version {plain(step.version)}]"
    return text if position <= log.position else f":gray[{text}]"


def _go_button(dataset: Dataset, name: str, position: int, key: str, *, is_on: bool = True) -> None:
    if st.button(
        name, disabled=not is_on, key=key, type="secondary" if name in {"Undo", "Redo"} else "tertiary"
    ):
        go_to(cache.workspace(), dataset.name, position)
        st.rerun()


def _edits(count: int) -> str:
    return {0: "no edit", 1: "1 edit"}.get(count, f"{count:,} edits")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")

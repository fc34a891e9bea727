"""What can be done with chosen images: leave them out, take them back in, relabel them, move them."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cache
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.editing.edits import Step, exclude, move_to_split, record, relabel, restore, undo
from core.words import SPLIT_NAMES, counted

REASONS = ("Excluded by hand.", "A duplicate.", "Shows something else.", "Cannot be recognized.", "Damaged.")
HELP = {
    "exclude": "Left out of every split, count and training. The file stays where it is, and the history "
    "takes the image back in.",
    "relabel": "Gives another class. Only this dataset knows of it; folders and files stay as they are.",
    "move": "Training images are learned from, validation images decide between settings, test images are "
    "looked at last.",
    "restore": "Takes images that were left out back into their split.",
    "undo": "Takes the last edit of this dataset back, whoever made it.",
}


def edit_bar(dataset: Dataset, sample_ids: Sequence[int] | np.ndarray, *, key: str) -> None:
    """Draw the buttons for some images; each click is one edit, which the history can take back.

    Args:
        dataset: Whose images.
        sample_ids: The chosen ones; none draws the buttons switched off.
        key: Unique on the page.
    """
    ids = np.unique(np.asarray(sample_ids, dtype=np.int64))
    excluded = dataset.table["excluded"].to_numpy(bool)[ids]
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        st.markdown(f"**{counted(len(ids))} chosen**" if len(ids) else "No image chosen")
        _exclude_choice(dataset, ids[~excluded], key)
        _relabel_choice(dataset, ids, key)
        _move_choice(dataset, ids[~excluded], key)
        if excluded.any() and st.button(
            f"Take back in ({excluded.sum():,})",
            icon=":material/undo:",
            help=HELP["restore"],
            key=f"{key}_restore",
        ):
            keep_edit(dataset, lambda: restore(dataset, ids[excluded]))
        if dataset.num_edits and st.button(
            "Undo", icon=":material/undo:", help=HELP["undo"], key=f"{key}_undo", type="tertiary"
        ):
            undo_edit(dataset)


def keep_edit(dataset: Dataset, make: Callable[[], Step]) -> None:
    """Make an edit, write it down, say what was done and draw the page anew; what is refused is shown.

    Args:
        dataset: Whose edit.
        make: Returns the edit; called here, so that its refusal is shown too.
    """
    with shown_as_text():
        step = make()
        record(cache.workspace(), dataset, step)
        st.toast(f"{plain(step.title)}. Undo takes it back.", icon=":material/check:")
        st.rerun()


def undo_edit(dataset: Dataset) -> None:
    """Take the last edit back and draw the page anew."""
    with shown_as_text():
        undo(cache.workspace(), dataset.name)
        st.toast("The last edit was taken back.", icon=":material/undo:")
        st.rerun()


def _choice(dataset: Dataset, title: str, icon: str, *, key: str, is_on: bool) -> DeltaGenerator:
    """Draw the button that opens a choice; after an edit it is another one, so that the choice closes."""
    return st.popover(title, icon=icon, disabled=not is_on, key=f"{key}_popover_{dataset.version}")


def _exclude_choice(dataset: Dataset, ids: np.ndarray, key: str) -> None:
    with _choice(dataset, "Exclude", ":material/block:", key=f"{key}_exclude", is_on=len(ids) > 0):
        reason = st.selectbox(
            "Reason", REASONS, accept_new_options=True, help="Kept with the edit.", key=f"{key}_reason"
        )
        if st.button(
            f"Exclude {counted(len(ids))}", type="primary", help=HELP["exclude"], key=f"{key}_exclude"
        ):
            keep_edit(dataset, lambda: exclude(dataset, ids, reason=reason or REASONS[0]))


def _relabel_choice(dataset: Dataset, ids: np.ndarray, key: str) -> None:
    with _choice(dataset, "Relabel", ":material/sell:", key=f"{key}_relabel", is_on=len(ids) > 0):
        name = st.selectbox(
            "Class", dataset.class_names, index=None, placeholder="Choose the right one", key=f"{key}_class"
        )
        if st.button(
            f"Relabel {counted(len(ids))}",
            type="primary",
            disabled=name is None,
            help=HELP["relabel"],
            key=f"{key}_relabel",
        ):
            keep_edit(dataset, lambda: relabel(dataset, {int(sample): str(name) for sample in ids}))


def _move_choice(dataset: Dataset, ids: np.ndarray, key: str) -> None:
    with _choice(dataset, "Move", ":material/swap_horiz:", key=f"{key}_move", is_on=len(ids) > 0):
        split = st.segmented_control(
            "To the split",
            SPLITS,
            format_func=lambda name: SPLIT_NAMES[name].capitalize(),
            help=HELP["move"],
            key=f"{key}_split",
        )
        if st.button(f"Move {counted(len(ids))}", type="primary", disabled=split is None, key=f"{key}_move"):
            keep_edit(dataset, lambda: move_to_split(dataset, ids, str(split)))

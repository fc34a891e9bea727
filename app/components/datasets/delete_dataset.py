"""Delete a dataset, after a second question."""

import streamlit as st

from app import cache
from app.components.plain_text import plain
from core.datasets.dataset import Dataset
from core.datasets.store import BUILT_IN, delete_dataset


def delete_dataset_button(dataset: Dataset) -> None:
    """Draw the button with its question; nothing for a built-in dataset."""
    if dataset.name in BUILT_IN:
        return
    with st.popover("Delete", icon=":material/delete:"):
        num_runs = list(cache.run_datasets().values()).count(dataset.name)
        files = "The images stay where they are." if dataset.root else "Its copy of the images goes with it."
        runs = (
            f"Runs trained on it: {num_runs}; they stay, but cannot be shown without it." if num_runs else ""
        )
        st.markdown(f"Delete **{plain(dataset.name)}**? {files} {runs}")
        if st.button("Yes, delete it", key="delete_dataset"):
            delete_dataset(cache.workspace(), dataset.name)
            st.rerun()

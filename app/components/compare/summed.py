"""The full network as a network on the groups, without training: an export that adds probabilities."""

import streamlit as st

from app.components.plain_text import plain
from app.components.runs.export import export_choice
from core.regrouping.keeping.store import SavedGrouping
from core.runs.imported import is_imported
from core.runs.run import Run


def summed_part(run: Run, saved: SavedGrouping) -> None:
    """Draw the export of the summed network."""
    st.subheader("Take the summed network along")
    if is_imported(run.config) or not run.model_path.exists():
        st.markdown(f"There is no network of {plain(run.id)} here to export.")
        return
    st.markdown(
        f"{plain(run.id)} with one layer more, which adds the probabilities of each group's classes: it "
        f"tells {saved.grouping.num_groups} groups apart as 'full summed' does, and nothing is trained.",
        help="A dense layer without bias whose weights are 0 and 1, frozen. What it says is compared with "
        "the sums on real images before it is kept.",
    )
    export_choice(run, saved)

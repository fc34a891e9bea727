"""Which networks were trained on the groups already, and how to train more of them."""

import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.compare.entrants import Entrants
from app.components.plain_text import plain
from app.components.regroup.retraining import train_on_groups
from app.navigation import Page, go_to
from core.evaluation.versions import edited_since
from core.regrouping.duel.opponents import find_of_other_versions, find_retrained
from core.regrouping.keeping.store import SavedGrouping
from core.runs.imported import is_imported
from core.runs.run import ACTIVE_STATES, Run
from core.words import counted

MAX_NAMED = 3  # runs


def training_part(run: Run, saved: SavedGrouping, entrants: Entrants) -> None:
    """Draw what is being trained, what cannot take part and why, and the button for more."""
    st.subheader("Train again on these groups")
    if is_imported(run.config):
        st.markdown(f"{plain(run.id)} was made elsewhere, so it cannot be trained again here.")
        return
    st.markdown(
        "Does a network that learns only the groups tell them apart better than one that knows all classes? "
        "The same settings and split are used."
    )
    _tell_active(run, saved)
    if not find_retrained(cache.workspace(), run, saved.grouping):
        _tell_none(run, saved, pictures=" with the same pictures" if entrants.retrained else "")
    elif len(entrants.retrained) == 1 or len(entrants.full) == 1:
        st.markdown("With several seeds of both, the table shows how much chance in training does.")
    if edited_since(run, cache.dataset(run.config.dataset)) is not None:
        st.warning(
            f"The dataset was changed after {plain(run.id)}: a network trained now sees another version and "
            f"cannot stand against it. Train the full network again first, or undo the edits on Datasets."
        )
    options = train_on_groups(run, lambda: saved.name, enabled=True, key="compare")
    if options:
        command_popover(["duel", run.id, "--grouping", saved.name, *options])


def _tell_active(run: Run, saved: SavedGrouping) -> None:
    active = find_retrained(cache.workspace(), run, saved.grouping, states=ACTIVE_STATES)
    if active:
        what = "is" if len(active) == 1 else f"and {counted(len(active) - 1, 'other run')} are"
        st.info(f"{plain(active[0].id)} {what} being trained on these groups; come back when it is done.")
        if st.button("See how it goes", icon=":material/monitoring:"):
            go_to(Page.RUNS)


def _tell_none(run: Run, saved: SavedGrouping, *, pictures: str) -> None:
    """Tell that nothing stands against the run, or why not."""
    others = find_of_other_versions(cache.workspace(), run, saved.grouping)
    if others:
        names = ", ".join(plain(other.id) for other in others[:MAX_NAMED])
        st.info(
            f"Trained on these groups, but on another version of the dataset: {names}. Their test images or "
            f"labels differ, so they cannot stand against {plain(run.id)}."
        )
    else:
        st.markdown(f"No network was trained on these groups{pictures} yet.")

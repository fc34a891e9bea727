"""The end of Compare: look inside the network, and the command that does the same."""

import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.compare.entrants import Entrants
from app.components.image_choice import look_at
from app.navigation import Page, go_to
from core.explain.samples import pick_samples
from core.regrouping.keeping.store import SavedGrouping
from core.runs.imported import is_imported
from core.runs.run import Run


def next_step(run: Run, saved: SavedGrouping, entrants: Entrants) -> None:
    """Draw the buttons."""
    with st.container(horizontal=True):
        if not is_imported(run.config) and st.button(
            "What does it look at?",
            type="primary",
            icon=":material/visibility:",
            help="Opens Look inside with the surest mistake of the full network on validation.",
        ):
            mistakes_of = cache.predictions(run.id, "val")
            look_at(pick_samples(cache.dataset(run.config.dataset), "val", mistakes_of=mistakes_of))
        if st.button("Change the groups", icon=":material/join:"):
            go_to(Page.REGROUP)
        arguments = ["duel", run.id, "--grouping", saved.name]
        for name, runs in (("--full", entrants.full[1:] or [run]), ("--retrained", entrants.retrained)):
            for other in runs:
                arguments += [name, other.id]
        command_popover(arguments)

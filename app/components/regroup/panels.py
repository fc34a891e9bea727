"""The panels below the matrix, one shown at a time: only what is looked at is computed at a click."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from app import state
from app.components.regroup.backoff_panel import backoff_panel
from app.components.regroup.draft import Draft
from app.components.regroup.export_panel import export_panel
from app.components.regroup.frontier_panel import frontier_panel
from app.components.regroup.group_files import saved_panel
from app.components.regroup.group_list import groups_panel
from app.components.regroup.history_panel import history_panel
from app.components.regroup.price_panel import price_panel
from app.components.regroup.suggestion_panel import suggestion_panel
from core.runs.run import Run


class Panel(NamedTuple):
    """A panel: its title, and what draws it."""

    title: str
    draw: Callable[[Run, Draft], None]


PANELS = {
    "groups": Panel("Groups", groups_panel),
    "suggest": Panel("Find groups", suggestion_panel),
    "history": Panel("History", history_panel),
    "frontier": Panel("Frontier", frontier_panel),
    "price": Panel("Price", price_panel),
    "backoff": Panel("Back-off", backoff_panel),
    "saved": Panel("Saved", saved_panel),
    "export": Panel("Export", export_panel),
}


def show_panel(run: Run, draft: Draft) -> None:
    """Draw the choice of panels and the chosen one; none at first, so that a click on the matrix is quick."""
    chosen = st.segmented_control(
        "Look closer",
        list(PANELS),
        format_func=lambda name: PANELS[name].title,
        help="Opens below; a second click closes it again.",
        **state.bind("regroup_panel"),
    )
    if chosen is not None:
        PANELS[chosen].draw(run, draft)

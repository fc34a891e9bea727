"""The sidebar's one live line for background work: what is being trained, how far it is, and what waits."""

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.run_words import duration, short_progress
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.jobs.queue import active_runs
from core.runs.run import Run

POLL_S = 2.0  # seconds between two looks while something runs or waits


def background_line() -> None:
    """Draw the line; it follows the work by itself and asks for nothing when there is none."""
    runs = active_runs(cache.workspace())
    if runs:
        st.fragment(_follow, run_every=POLL_S)(frozenset(run.id for run in runs))


def _follow(known: frozenset[str]) -> None:
    with shown_as_text():
        runs = active_runs(cache.workspace())
        if {run.id for run in runs} != known:
            st.rerun()  # one has begun or ended: any page may have something new to show
        line = _line(runs[0], num_more=len(runs) - 1)
        if st.button(line, type="tertiary", icon=":material/sync:", wrap=True, help="Open this run."):
            state.choose(run=runs[0].id)
            go_to(Page.RUNS)


def _line(run: Run, *, num_more: int) -> str:
    config, status = run.config, run.status
    left = "" if status.seconds_left is None else f", {duration(status.seconds_left)} left"
    more = f" (and {num_more} more)" if num_more else ""
    return f"{plain(config.model)} on {plain(config.dataset)}: {short_progress(status, config)}{left}{more}"

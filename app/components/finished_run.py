"""The run chosen in the sidebar, if it has predictions; else what to do, with the button that does it."""

import contextlib

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.run_words import PHRASES
from app.navigation import Page, go_to
from core.errors import DatasetError
from core.evaluation.shown import pictures_seen
from core.evaluation.versions import edited_since
from core.runs.imported import is_imported
from core.runs.run import ACTIVE_STATES, RESUMABLE_STATES, Run


def finished_run() -> Run | None:
    """Return the current run when there is something to show of it; else tell why not and return None."""
    run_id = state.current_run()
    if run_id is None:
        name = plain(state.current_dataset() or "this dataset")
        st.info(f"There is no run on {name} yet. Train a network first; a small one takes about a minute.")
        if st.button("Train on this dataset", type="primary", icon=":material/model_training:"):
            go_to(Page.TRAIN)
        return None
    run = cache.run(run_id)
    if run.predictions_path("val").exists():
        _tell_edits(run)
        _tell_pictures(run)
        return run
    status = run.status
    stands = f"Run {plain(run.id)} {PHRASES[status.state]}"
    if status.state in ACTIVE_STATES:
        st.info(f"{stands}: its numbers come when it is done. {plain(status.message)}")
    elif status.state in RESUMABLE_STATES:
        st.warning(f"{stands} and has no predictions. Resume it, or choose another run.")
    else:
        st.warning(f"{stands} but has no predictions. Train it again, or choose another run.")
    if st.button("See this run", type="primary", icon=":material/monitoring:"):
        go_to(Page.RUNS)
    return None


def _tell_edits(run: Run) -> None:
    """Say when the dataset is not any more what the run saw."""
    with contextlib.suppress(DatasetError):  # told where its pictures are needed
        told = edited_since(run, cache.dataset(run.config.dataset))
        if told is not None:
            st.caption(f":material/history: {plain(told)}")


def _tell_pictures(run: Run) -> None:
    """Say when the run was not shown the clean pictures of its dataset."""
    config = run.config
    if config.occluded_with is not None:
        st.caption(f":material/hide_image: This run saw {plain(pictures_seen(config))}.")


def explain_missing_network(run: Run) -> None:
    """Tell why there is no network of a run to look into, and lead to the run."""
    if is_imported(run.config):
        st.info(
            f"The predictions of {plain(run.id)} were made elsewhere, so there is no network to look into. "
            f"Choose a run that was trained here."
        )
        if st.button("Merge what it confuses", type="primary", icon=":material/join:"):
            go_to(Page.REGROUP)
        return
    state = run.status.state
    stands = f"Run {plain(run.id)} {PHRASES[state]} and has no trained network to look into"
    if state in ACTIVE_STATES:
        st.info(f"{stands} yet; there is one as soon as its first epoch is done.")
    elif state in RESUMABLE_STATES:
        st.warning(f"{stands}. Resume it, or choose another run in the sidebar.")
    else:
        st.warning(f"{stands}. Train it again, or choose another run in the sidebar.")
    if st.button("See how the run is doing", type="primary", icon=":material/monitoring:"):
        go_to(Page.RUNS)

"""The run chosen in the sidebar, if it has predictions; else what to do, with the button that does it."""

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.navigation import Page, go_to
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
        return run
    status = run.status
    if status.state in ACTIVE_STATES:
        message = plain(status.message)
        st.info(f"Run {plain(run.id)} is {status.state}: its numbers come when it is done. {message}")
    elif status.state in RESUMABLE_STATES:
        name = plain(run.id)
        st.warning(f"Run {name} is {status.state} and has no predictions. Resume it, or choose another run.")
    else:
        st.warning(f"Run {plain(run.id)} has no predictions. Train it again, or choose another run.")
    if st.button("See this run", type="primary", icon=":material/monitoring:"):
        go_to(Page.RUNS)
    return None

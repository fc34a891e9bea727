"""The table of all runs; a click on a row makes that run the current one."""

import pandas as pd
import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.run_words import BADGES
from app.failures import shown_as_text
from core.jobs.queue import active_runs
from core.runs.run import Run

KEY = "runs_table"
KEY_CLICKED = "runs_table_clicked"
POLL_S = 2.0  # seconds between two looks while something runs or waits
COLUMNS = {
    "run": st.column_config.TextColumn("Run"),
    "dataset": st.column_config.TextColumn("Dataset"),
    "model": st.column_config.TextColumn("Model"),
    "grouping": st.column_config.TextColumn("Grouping", help="The groups that it learned as classes."),
    "state": st.column_config.TextColumn("State"),
    "epochs": st.column_config.NumberColumn("Epochs", help="Completed epochs."),
    "val_accuracy": st.column_config.NumberColumn(
        "Validation accuracy",
        format="%.1f %%",
        help="Share of the validation images that the best epoch gets right.",
    ),
    "seconds": st.column_config.NumberColumn("Seconds", format="%.0f", help="Time spent working."),
}


def run_table() -> None:
    """Draw the table, newest run first; while something runs the table renews itself."""
    is_active = bool(active_runs(cache.workspace()))
    st.fragment(_draw, run_every=POLL_S if is_active else None)()


def _draw() -> None:
    with shown_as_text():
        runs = [cache.run(run_id) for run_id in cache.run_datasets()]
        rows = pd.DataFrame([_row(run) for run in runs], columns=list(COLUMNS))
        event = st.dataframe(
            rows,
            hide_index=True,
            column_config=COLUMNS,
            key=KEY,
            selection_mode="single-row",
            on_select="rerun",
        )
        clicked = [runs[row].id for row in event["selection"]["rows"] if row < len(runs)]
        if clicked != st.session_state.get(KEY_CLICKED, []):  # a new click, not one from before
            st.session_state[KEY_CLICKED] = clicked
            if clicked:
                _choose(clicked[0])
        st.caption("Tick a run to choose it; every page then speaks of it.")


def _choose(run_id: str) -> None:
    """Make a run the current one, unless its dataset has gone: then no page could show it."""
    dataset = cache.run_datasets().get(run_id, "")
    if dataset in cache.dataset_names():
        state.choose(run=run_id)
        st.rerun()
    text = f"Dataset {plain(dataset)} was deleted, so {plain(run_id)} cannot be shown; add it again."
    st.toast(text, icon=":material/info:")


def _row(run: Run) -> dict[str, object]:
    config, status, history = cache.config(run), run.status, cache.history(run)
    best = history.loc[history["epoch"] == status.best_epoch, "val_accuracy"]
    return {
        "run": run.id,
        "dataset": config.dataset,
        "model": config.model,
        "grouping": config.grouping,
        "state": BADGES[status.state][0],
        "epochs": status.epoch,
        "val_accuracy": 100 * best.iloc[0] if len(best) else None,
        "seconds": status.seconds,
    }

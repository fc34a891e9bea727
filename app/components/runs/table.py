"""The table of all runs; a click on a row makes that run the current one."""

import pandas as pd
import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.run_words import BADGES
from app.failures import shown_as_text
from app.state import Key
from core.jobs.queue import active_runs
from core.runs.run import Run
from core.words import counted

KEY = "runs_table"
KEY_CLICKED = "runs_table_clicked"
POLL_S = 2.0  # seconds between two looks while something runs or waits
COLUMNS = {
    "run": st.column_config.TextColumn("Run", help="The network's name and a number."),
    "title": st.column_config.TextColumn("Title", help="Given in 'Title, tags and note'."),
    "dataset": st.column_config.TextColumn("Dataset"),
    "grouping": st.column_config.TextColumn("Grouping", help="The groups that it learned as classes."),
    "tags": st.column_config.ListColumn("Tags"),
    "state": st.column_config.TextColumn("State"),
    "epochs": st.column_config.NumberColumn("Epochs", width="small", help="Completed epochs."),
    "val_accuracy": st.column_config.NumberColumn(
        "Val. acc.",
        width="small",
        format="%.1f %%",
        help="Share of the validation images that the best epoch gets right.",
    ),
    "val_macro_f1": st.column_config.NumberColumn(
        "Val. F1",
        width="small",
        format="%.3f",
        help="Macro F1: mean over the classes of the best epoch's F1 on the validation images; every class "
        "counts the same.",
    ),
    "images_per_second": st.column_config.NumberColumn(
        "Images/s",
        width="small",
        format="localized",
        help="Training images a second, median over the epochs.",
    ),
    "seconds": st.column_config.NumberColumn(
        "Seconds", width="small", format="localized", help="Time spent working."
    ),
}
OPTIONAL = ("title", "grouping", "tags", "val_macro_f1", "images_per_second")  # left out where all are empty


def run_table() -> None:
    """Draw the table, newest run first; while something runs the table renews itself."""
    archived = sum(map(cache.is_archived, cache.run_datasets()))
    if archived:
        hidden = f"{counted(archived, 'run')} put away; they can be chosen again while they are shown."
        st.toggle("Show archived", help=hidden, **state.bind(Key.SHOW_ARCHIVED))
    is_active = bool(active_runs(cache.workspace()))
    st.fragment(_draw, run_every=POLL_S if is_active else None)()


def _draw() -> None:
    with shown_as_text():
        runs = [cache.run(name) for name in cache.run_datasets() if state.is_offered(name)]
        rows = pd.DataFrame([_row(run) for run in runs], columns=list(COLUMNS))
        rows = rows.drop(columns=[name for name in OPTIONAL if not rows[name].notna().any()])
        rows = rows.fillna({name: "" for name in ("title", "grouping") if name in rows})
        if "tags" in rows:
            rows["tags"] = [tags or [] for tags in rows["tags"]]
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
        st.caption("Tick a run to choose it; every page then speaks of it. A click on a heading sorts.")


def _choose(run_id: str) -> None:
    """Make a run the current one, unless its dataset has gone: then no page could show it."""
    dataset = cache.run_datasets().get(run_id, "")
    if dataset in cache.dataset_names():
        state.choose(run=run_id)
        st.rerun()
    text = f"Dataset {plain(dataset)} was deleted, so {plain(run_id)} cannot be shown; add it again."
    st.toast(text, icon=":material/info:")


def _row(run: Run) -> dict[str, object]:
    config, status, history, about = run.config, run.status, cache.history(run), cache.about(run)
    best = history[history["epoch"] == status.best_epoch]
    figures = {
        name: float(best[name].iloc[0]) if name in best and len(best) else None
        for name in ("val_accuracy", "val_macro_f1")
    }
    speeds = history.get("images_per_second", pd.Series(dtype=float)).dropna()
    return {
        "run": run.id,
        "title": about.title or None,
        "dataset": config.dataset,
        "grouping": config.grouping,
        "tags": list(about.tags) or None,
        "state": BADGES[status.state][0],
        "epochs": status.epoch,
        "val_accuracy": None if figures["val_accuracy"] is None else 100 * figures["val_accuracy"],
        "val_macro_f1": figures["val_macro_f1"],
        "images_per_second": round(speeds.median()) if len(speeds) else None,
        "seconds": round(max(status.seconds, history["seconds"].sum())),
    }

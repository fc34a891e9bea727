"""Page "Runs": how is each training going, and how did it end?"""

import streamlit as st

from app import cache, state
from app.components.cache_line import cache_line
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.runs.about import run_about
from app.components.runs.curves import run_curves
from app.components.runs.export import run_export
from app.components.runs.live import run_live
from app.components.runs.table import run_table
from app.navigation import Page, go_to
from core.runs.imported import is_imported

st.title("Runs")
st.markdown("How is each training going, and how did it end?")
run_id = state.current_run()
if run_id is None:
    name = plain(state.current_dataset() or "this dataset")
    if state.has_runs():
        st.info(f"All runs on {name} are archived. Show them in the table below, or train a new one.")
    else:
        st.info(f"There is no run on {name} yet. A small network takes about a minute.")
else:
    run = cache.run(run_id)
    run_live(run)
    if not is_imported(run.config):
        run_curves(run)
    run_export(run)
    run_about(run)
if cache.run_datasets():
    st.subheader("All runs", anchor=False)
    run_table()
with st.container(horizontal=True):
    if st.button(
        "Train a network", type="secondary" if run_id else "primary", icon=":material/model_training:"
    ):
        go_to(Page.TRAIN)
    if run_id:
        command_popover(["runs", "show", run_id])
cache_line()

"""Page "Runs": how is each training going, and how did it end?"""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.run_live import run_live
from app.components.run_table import run_table
from app.navigation import Page, go_to

st.title("Runs")
st.markdown("How is each training going, and how did it end?")
run_id = state.current_run()
if run_id is None:
    name = plain(state.current_dataset() or "this dataset")
    st.info(f"There is no run on {name} yet. A small network takes about a minute.")
else:
    run_live(cache.run(run_id))
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

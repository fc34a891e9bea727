"""Page "Compare": what does grouping buy: the full network, merged afterward, or trained on the groups?"""

import streamlit as st

from app.components.compare.depths import depth_part
from app.components.compare.entrants import can_be_judged, choose_grouping, choose_runs, explain_grouped
from app.components.compare.next_step import next_step
from app.components.compare.summed import summed_part
from app.components.compare.training import training_part
from app.components.compare.verdict import show_duel
from app.components.finished_run import finished_run
from core.regrouping.keeping.store import SavedGrouping
from core.runs.run import Run


def compare(run: Run, saved: SavedGrouping) -> None:
    """The duel of a saved grouping, and what can be done about it."""
    entrants = choose_runs(run, saved)
    show_duel(run, saved, entrants)
    st.divider()
    training, export = st.columns(2, gap="large")
    with training:
        training_part(run, saved, entrants)
    with export:
        summed_part(run, saved)
    depth_part(run, saved)
    st.divider()
    next_step(run, saved, entrants)


st.title("Compare")
st.markdown(
    "What does grouping buy: merging the full network's answers, adding its probabilities, or training again "
    "on the groups?"
)
run = finished_run()
if run is not None and run.config.groups is not None:
    explain_grouped(run)
elif run is not None and can_be_judged(run):
    saved = choose_grouping(run)
    if saved is not None:
        compare(run, saved)

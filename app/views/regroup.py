"""Page "Regroup": which classes should count as one, and what does that buy?"""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.finished_run import finished_run
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, show_problem
from app.components.regroup.evidence import evidence_panel
from app.components.regroup.matrix import matrix_part
from app.components.regroup.panels import show_panel
from app.components.regroup.saving import next_steps, saved_as
from app.components.regroup.score_card import score_card
from app.failures import shown_as_text
from app.navigation import Page, go_to
from app.warming import warm_evidence
from core.runs.run import Run

# Columns of Streamlit stack on a phone only; the matrix and the card need some room of their own. What a
# popover holds is sent when it is open: its empty box is not shown, unless it stays empty for longer.
# Streamlit lets what runs again fade after half a second; for that the browser makes a layer of each element
# at once, a sixth of the time from a click to its answer (tests/benchmarks/bench_click.py). Text that turns
# gray says the same and needs no layer.
STYLE = """<style>
[data-testid="stMain"] [data-stale="true"] { opacity: 1 !important; transition: none !important;
  animation: regroup-stale 0s .5s forwards; }
@keyframes regroup-stale { to { color: gray; } }
.st-key-regroup_halves > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"],
.st-key-regroup_halves > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
.st-key-regroup_halves [data-testid="stColumn"] { min-width: min(480px, 100%); }
.st-key-regroup_halves [data-testid="stColumn"]:has(> * .st-key-regroup_card) { min-width: min(310px, 100%); }
[data-testid="stPopoverBody"]:has(> [data-testid="stVerticalBlock"]:empty) {
  animation: regroup-wait .01s .4s both; }
[data-testid="stPopoverBody"] > [data-testid="stVerticalBlock"]:empty::after {
  content: "One moment …"; opacity: .7; }
@keyframes regroup-wait { from { opacity: 0; } to { opacity: 1; } }
</style>"""


@st.fragment
def workbench(run: Run, draft: Draft) -> None:
    """Everything that a click changes; runs alone at each click, which keeps it quick."""
    with shown_as_text():
        history = draft.history
        saved = saved_as(run, history)
        with st.container(key="regroup_halves"):
            matrix, card = st.columns([5, 3], gap="medium")
        with matrix:
            matrix_part(run, draft)
        with card:
            show_problem()
            with st.container(border=True, key="regroup_card"):
                score_card(run, draft, saved)
        with st.container(border=True):
            evidence_panel(run, draft)
        show_panel(run, draft)
        next_steps(run, draft, saved)


st.title("Regroup")
st.markdown("Which classes should count as one, and what does that buy?")
st.html(STYLE)
run = finished_run()
if run is not None and run.config.groups is not None:
    st.info(f"Run {plain(run.id)} was trained on groups. Choose a run that knows all classes to group them.")
    if st.button("Compare with the full run", icon=":material/balance:"):
        go_to(Page.COMPARE)
elif run is not None:
    draft = Draft(run.id, run.config.dataset, cache.predictions(run.id, "val").class_names)
    pair = st.session_state.pop(state.Key.PAIR, None)
    if pair:
        draft.choose(pair)
    workbench(run, draft)
    warm_evidence()
    num_groups = draft.history.current.num_groups
    command_popover(
        ["suggest", run.id, "--groups", str(num_groups), "--save", f"{num_groups} groups"],
        "from core.evaluation.confusion import compute_confusion\n"
        "from core.regrouping.suggesting.suggest import suggest_grouping\n\n"
        f"suggest_grouping(compute_confusion(predictions), predictions.class_names, {num_groups})",
        key="regroup_command",
    )

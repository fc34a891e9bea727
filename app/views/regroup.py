"""Page "Regroup": which classes should count as one, and what does that buy?"""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.confusion_editor import confusion_editor
from app.components.finished_run import finished_run
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, show_problem
from app.components.regroup.evidence import choice_card, pictures
from app.components.regroup.panels import show_panel
from app.components.regroup.saving import next_steps, saved_as
from app.components.regroup.score_card import score_card
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.regrouping.grouping import Grouping
from core.runs.run import Run

ORDERS = {"blocks": "Blocks", "given": "As given"}
COLORS = {"share": "Row share", "count": "Counts"}


def show_matrix(draft: Draft, grouping: Grouping) -> None:
    """The matrix with its two choices."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    order = row.segmented_control(
        "Order",
        list(ORDERS),
        format_func=ORDERS.__getitem__,
        default="blocks",
        required=True,
        help="Blocks puts classes side by side that are confused or in one group.",
        **state.bind("regroup_order"),
    )
    color = row.segmented_control(
        "Color",
        list(COLORS),
        format_func=COLORS.__getitem__,
        default="share",
        required=True,
        help="Row share: of the images of the true class. Counts: number of images.",
        **state.bind("regroup_color"),
    )
    confusion = cache.confusion(draft.run_id, "val")
    confusion_editor(
        confusion,
        grouping,
        order=cache.class_order(draft.run_id, grouping) if order == "blocks" else range(grouping.num_classes),
        chosen=draft.chosen,
        color="count" if color == "count" else "share",
        on_event=draft.react,
        key=f"regroup_matrix_{draft.run_id}",
    )
    st.caption(f"Validation, {int(confusion.sum()):,} images, run {plain(draft.run_id)}")


@st.fragment
def workbench(run: Run, draft: Draft) -> None:
    """Everything that a click changes; runs alone at each click, which keeps it quick."""
    with shown_as_text():
        history = draft.history
        grouping = history.current
        saved = saved_as(run, history)
        matrix, card = st.columns([5, 3], gap="medium")
        with matrix:
            show_matrix(draft, grouping)
        with card:
            show_problem()
            with st.container(border=True):
                val = cache.grouping_score(run.id, "val", grouping)
                test = cache.grouping_score(run.id, "test", grouping) if saved else None
                score_card(draft, history, val=val, test=test)
            with st.container(border=True):
                choice_card(draft, grouping, cache.confusion(run.id, "val"))
        pictures(run, cache.predictions(run.id, "val"), draft.chosen)
        show_panel(run, draft)
        st.subheader("Next")
        next_steps(run, history, saved)


st.title("Regroup")
st.markdown("Which classes should count as one, and what does that buy?")
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
    num_groups = draft.history.current.num_groups
    command_popover(
        ["suggest", run.id, "--groups", str(num_groups), "--save", f"{num_groups} groups"],
        "from core.evaluation.confusion import compute_confusion\n"
        "from core.regrouping.suggesting.suggest import suggest_grouping\n\n"
        f"suggest_grouping(compute_confusion(predictions), predictions.class_names, {num_groups})",
    )

"""The end of regrouping: save the grouping, train on it, compare."""

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.regroup.draft import kept_for_later
from app.navigation import Page, go_to
from core.jobs.queue import submit
from core.regrouping.history import GroupingHistory
from core.regrouping.store import list_groupings, save_grouping
from core.runs.run import Run

NAME = "regroup_save_name"
REPLACE = "regroup_replace"


def saved_as(run: Run, history: GroupingHistory) -> str | None:
    """Name under which exactly these groups are saved, the newest; None when they are not."""
    for saved in list_groupings(cache.workspace(), run.config.dataset):
        if saved.grouping == history.current:
            return saved.name
    return None


def next_steps(run: Run, history: GroupingHistory, saved: str | None) -> None:
    """Draw name and buttons; the two that leave the page act here, since a callback cannot.

    Args:
        run: The run whose confusions were looked at.
        history: The groups and how they were made.
        saved: Name under which they are saved already.
    """
    names = [other.name for other in list_groupings(cache.workspace(), run.config.dataset)]
    proposal = saved or _propose_name(history.current.num_groups, names)
    st.text_input("Name of the grouping", placeholder=proposal, **state.bind(NAME))
    name = _typed_name(proposal)
    if name != saved and name in names:
        st.checkbox(f"Replace the saved grouping {plain(name)}", key=REPLACE)
    row = st.container(horizontal=True, gap="small")
    is_merged = history.current.num_groups < history.current.num_classes
    row.button(
        "Save grouping",
        icon=":material/save:",
        key="regroup_save",
        disabled=name == saved or not is_merged,
        on_click=_save,
        args=(run, history, proposal),
        help="Keeps these groups under the name and uncovers their score on test.",
    )
    if row.button(
        "Train on these groups",
        icon=":material/model_training:",
        key="regroup_train",
        type="primary",
        disabled=history.current.num_groups < 2 or not is_merged,
        help="Queues a run with the same settings and split that learns the groups as its classes; "
        "saves the grouping first.",
    ):
        _train(run, saved or _keep(run, history, proposal))
    if row.button(
        "Compare",
        icon=":material/balance:",
        key="regroup_compare",
        disabled=saved is None,
        help="Full, full then merged and retrained, on the same test images; save the grouping first.",
    ):
        state.put(state.Key.GROUPING, saved)
        go_to(Page.COMPARE)
    if saved:
        st.caption(f"Saved as {plain(saved)}.")


def _save(run: Run, history: GroupingHistory, proposal: str) -> None:
    with kept_for_later():
        _keep(run, history, proposal)


def _keep(run: Run, history: GroupingHistory, proposal: str) -> str:
    """Write the grouping; returns its name as it was stored."""
    saved = save_grouping(
        cache.workspace(),
        run.config.dataset,
        _typed_name(proposal),
        history.current,
        run_id=run.id,
        split="val",
        history=history,
        overwrite=st.session_state.get(REPLACE, False),
    )
    state.put(state.Key.GROUPING, saved.name)
    return saved.name


def _typed_name(proposal: str) -> str:
    """What stands in the field now, which a click may have brought along; else the proposal."""
    return (st.session_state.get(NAME) or "").strip() or proposal


def _train(run: Run, grouping: str) -> None:
    """Queue the run and go where it is seen."""
    queued = submit(cache.workspace(), run.config.model_copy(update={"grouping": grouping, "groups": None}))
    state.put(state.Key.GROUPING, grouping)
    state.choose(run=queued.id)
    go_to(Page.RUNS)


def _propose_name(num_groups: int, taken: list[str]) -> str:
    name, number = f"{num_groups} groups", 2
    while name in taken:
        name, number = f"{num_groups} groups ({number})", number + 1
    return name

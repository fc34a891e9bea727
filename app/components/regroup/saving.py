"""The end of regrouping: save the grouping, which freezes it and uncovers test; train on it, compare."""

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, kept_for_later
from app.components.regroup.retraining import train_on_groups
from app.navigation import Page, go_to
from core.regrouping.keeping.looks import look_number, was_looked_at
from core.regrouping.keeping.saved import SavedGrouping
from core.regrouping.keeping.store import save_grouping
from core.regrouping.steps.history import GroupingHistory
from core.runs.run import Run

NAME = "regroup_save_name"
REPLACE = "regroup_replace"
NAME_WIDTH = 280  # pixels
LOOK_HELP = (
    "Groups are chosen on validation and judged on test images that did not choose them. Each grouping that "
    "is judged on test is a look. Whoever looks often and keeps the best has chosen on test after all: the "
    "best of many looks is luck in part. So each look is counted, and a grouping that was judged stays as it "
    "is. The same groups count once."
)


def saved_as(run: Run, history: GroupingHistory) -> str | None:
    """Name under which exactly these groups are saved, the newest; None when they are not."""
    current = history.current
    for saved in cache.saved_groupings(run.config.dataset, current.class_names):
        if saved.grouping == current:
            return saved.name
    return None


def next_steps(run: Run, draft: Draft, saved: str | None) -> None:
    """Draw name and buttons; the two that leave the page act here, since a callback cannot.

    Args:
        run: The run whose confusions were looked at.
        draft: The groups and how they were made.
        saved: Name under which they are saved already.
    """
    grouping = draft.grouping
    names = [each.name for each in cache.saved_groupings(run.config.dataset)]
    proposal = saved or _propose_name(grouping.num_groups, names)
    is_merged = grouping.num_groups < grouping.num_classes
    row = st.container(horizontal=True, gap="small")
    save = row.popover(
        "Save", icon=":material/lock:", disabled=not is_merged, key="regroup_save_form", on_change="rerun"
    )
    if save.open:
        with save:
            _save_form(run, draft, saved, proposal)
    train = row.popover(
        "Train",
        icon=":material/model_training:",
        type="primary",
        disabled=not is_merged,
        key="regroup_train_form",
        on_change="rerun",
    )
    if train.open:
        with train:
            train_on_groups(
                run,
                lambda: saved or _keep(run, draft, proposal),
                enabled=is_merged and grouping.num_groups > 1,
                key="regroup",
            )
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
        st.caption(f"Saved as {plain(saved)}: frozen. Another step begins a new grouping.", help=LOOK_HELP)


def _save_form(run: Run, draft: Draft, saved: str | None, proposal: str) -> None:
    """Draw the name and the button that freezes the groups."""
    others = {each.name: each for each in cache.saved_groupings(run.config.dataset)}
    st.text_input("Name of the grouping", placeholder=proposal, width=NAME_WIDTH, **state.bind(NAME))
    name = _typed_name(proposal)
    is_free = name == saved or _offer_replacing(run, others.get(name))
    st.button(
        "Save grouping",
        icon=":material/lock:",
        key="regroup_save",
        type="primary",
        disabled=name == saved or draft.grouping.num_groups == draft.grouping.num_classes or not is_free,
        on_click=_save,
        args=(run, draft, proposal),
        help="Freezes these groups under the name and uncovers their score on test.",
    )
    if not saved:
        _tell_look(run, draft)


def _offer_replacing(run: Run, other: SavedGrouping | None) -> bool:
    """Ask before a saved grouping is replaced; return whether the name may be used at all."""
    if other is None:
        return True
    if was_looked_at(cache.workspace(), run.config.dataset, other.grouping):
        st.caption(
            f"{plain(other.name)} was judged on test images and stays as it is; choose another name.",
            help=LOOK_HELP,
        )
        return False
    st.checkbox(f"Replace the saved grouping {plain(other.name)}", key=REPLACE)
    return True


def _tell_look(run: Run, draft: Draft) -> None:
    """Say what saving the groups uncovers."""
    if run.predictions_path("test").exists():
        number, is_new = look_number(cache.workspace(), run.config.dataset, run.id, draft.grouping)
        again = "" if is_new else ", as before"
        st.caption(
            f"Saving uncovers test: {number.in_words}{again}.",
            help=f"{LOOK_HELP} It is {number.of_run_in_words}.",
        )


def _save(run: Run, draft: Draft, proposal: str) -> None:
    with kept_for_later():
        _keep(run, draft, proposal)
        st.session_state[NAME] = ""  # what comes next is another grouping


def _keep(run: Run, draft: Draft, proposal: str) -> str:
    """Write the grouping; returns its name as it was stored."""
    history = draft.history
    saved = save_grouping(
        cache.workspace(),
        run.config.dataset,
        _typed_name(proposal),
        history.current,
        run_id=run.id,
        split=history.split,
        history=history,
        overwrite=st.session_state.get(REPLACE, False),
    )
    state.put(state.Key.GROUPING, saved.name)
    return saved.name


def _typed_name(proposal: str) -> str:
    """What stands in the field now, which a click may have brought along; else the proposal."""
    return (st.session_state.get(NAME) or "").strip() or proposal


def _propose_name(num_groups: int, taken: list[str]) -> str:
    name, number = f"{num_groups} groups", 2
    while name in taken:
        name, number = f"{num_groups} groups ({number})", number + 1
    return name

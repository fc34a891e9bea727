"""The groups of more than one class: rename and split; and the suggestion for a chosen number."""

import streamlit as st

from app.components.plain_text import plain
from app.components.regroup.draft import NAMED, Draft, name_some
from core.regrouping.grouping import Grouping
from core.runs.run import Run

NUM_SHOWN = 8  # groups with widgets of their own; each costs time at every click
NAME_WIDTH = 170  # pixels


def groups_panel(_run: Run, draft: Draft) -> None:
    """Draw the groups, and the suggestion."""
    groups, steps = st.columns(2, gap="large")
    grouping = draft.history.current
    with groups:
        group_list(draft, grouping)
    with steps:
        suggestion(draft, grouping)


def group_list(draft: Draft, grouping: Grouping) -> None:
    """Draw the groups, the chosen one first, then the largest."""
    groups = [group for group, members in grouping.members.items() if len(members) > 1]
    if not groups:
        st.caption("No groups yet: every class stands alone.")
        return
    chosen = set(draft.chosen)
    groups.sort(key=lambda group: (chosen.isdisjoint(grouping.members[group]), -len(grouping.members[group])))
    for group in groups[:NUM_SHOWN]:
        _group_row(draft, group, grouping.members[group])
    if len(groups) > NUM_SHOWN:
        st.caption(
            f"{len(groups) - NUM_SHOWN} more groups; click one on the diagonal of the matrix to have it here."
        )


def suggestion(draft: Draft, grouping: Grouping) -> None:
    """Offer groups for a chosen number of classes."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    wanted = row.number_input(
        "Number of groups",
        min_value=2,
        max_value=grouping.num_classes,
        value=max(2, round(grouping.num_classes / 2)),
        key=f"regroup_wanted_{draft.run_id}",
        persist_state="session",
        width=NAME_WIDTH,
        help="How many classes shall be left. Classes that are confused with each other are put together.",
    )
    row.button(
        "Suggest",
        icon=":material/auto_awesome:",
        key="regroup_suggest",
        on_click=draft.suggest,
        args=(int(wanted),),
        help="Replaces the groups by suggested ones, chosen on validation; can be undone.",
    )


def _group_row(draft: Draft, group: str, members: tuple[str, ...]) -> None:
    """Classes and name of one group; the keys hold the name, so that a new name makes new widgets."""
    key = f"regroup_name_{group}"
    st.session_state[key] = group
    everyone = plain(", ".join(members)) if len(members) > NAMED else None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            plain(name_some(members)),
            key=key,
            help=everyone,
            placeholder="Name of the group",
            on_change=lambda: draft.rename(group, st.session_state[key]),
        )
        st.button(
            "Split",
            on_click=draft.split,
            args=(group,),
            key=f"regroup_split_{group}",
            help="Each of its classes stands alone again; can be undone.",
        )

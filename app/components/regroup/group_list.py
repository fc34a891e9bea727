"""The panel "Groups": one group at a time with its steps."""

import streamlit as st

from app.components.plain_text import plain
from app.components.regroup.draft import Draft
from core.regrouping.grouping import Grouping
from core.runs.run import Run

GROUP = "regroup_group"
FOLLOWED = "regroup_group_follows"  # the choice on the matrix that the field has followed


def groups_panel(_run: Run, draft: Draft) -> None:
    """Draw the group that was clicked on the matrix, else the one chosen here: few widgets for any number."""
    grouping = draft.grouping
    groups = [group for group, members in grouping.members.items() if len(members) > 1]
    if not groups:
        st.caption("No groups yet: every class stands alone.")
        return
    _follow_matrix(draft, grouping, groups)
    group = st.selectbox(
        "Group",
        groups,
        key=GROUP,
        format_func=lambda name: f"{name} ({len(grouping.members.get(name, ())):,} classes)",
        help="Groups of more than one class. Click one on the diagonal of the matrix to have it here.",
    )
    _name_field(draft, group)
    _split_field(draft, group, grouping.members[group])
    _buttons(draft, group, is_locked=group in grouping.locked)


def _follow_matrix(draft: Draft, grouping: Grouping, groups: list[str]) -> None:
    """Have the field show the group of what was chosen on the matrix last, and always one that there is."""
    chosen = draft.chosen
    if chosen and st.session_state.get(FOLLOWED) != chosen:
        group = grouping.to_mapping()[chosen[0]]
        if group in groups:
            st.session_state[FOLLOWED], st.session_state[GROUP] = chosen, group
    if st.session_state.get(GROUP) not in groups:
        st.session_state[GROUP] = max(groups, key=lambda group: len(grouping.members[group]))


def _name_field(draft: Draft, group: str) -> None:
    """The name; the key holds it, so that a new name makes a new field."""
    key = f"regroup_name_{group}"

    def rename() -> None:
        name = st.session_state[key]
        draft.rename(group, name)
        if name.strip() in draft.grouping.members:
            st.session_state[GROUP] = name.strip()

    st.session_state[key] = group
    st.text_input("Name", key=key, on_change=rename, help="What the group is called everywhere.")


def _split_field(draft: Draft, group: str, members: tuple[str, ...]) -> None:
    """Choose classes that shall leave the group."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    leaving = row.multiselect(
        "Classes that shall leave it",
        members,
        key=f"regroup_leaving_{group}",
        placeholder="Choose classes",
        help="They form a group of their own, together.",
    )
    row.button(
        "Take out",
        icon=":material/call_split:",
        key="regroup_take_out",
        disabled=not 0 < len(leaving) < len(members),
        on_click=draft.take_out,
        args=(tuple(leaving),),
        help="The chosen classes become a group of their own; can be undone.",
    )


def _buttons(draft: Draft, group: str, *, is_locked: bool) -> None:
    row = st.container(horizontal=True, gap="small")
    row.button(
        "Dissolve",
        icon=":material/grain:",
        key="regroup_dissolve",
        on_click=draft.dissolve,
        args=(group,),
        help="Each of its classes stands alone again; can be undone.",
    )
    row.button(
        "Unlock" if is_locked else "Lock",
        icon=":material/lock_open:" if is_locked else ":material/lock:",
        key="regroup_lock",
        on_click=draft.lock,
        args=(group, not is_locked),
        help=f"{plain(group)} may be changed again."
        if is_locked
        else "No step and no suggestion changes a locked group.",
    )

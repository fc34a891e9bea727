"""The panel "History": all states of the grouping as a tree, to go to, to name and to compare."""

import pandas as pd
import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.history_tree import history_tree
from app.components.plain_text import plain
from app.components.regroup.draft import Draft
from core.regrouping.compare import Difference, compare_groupings
from core.regrouping.grouping import Grouping
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.states import Node
from core.regrouping.steps.tree_rows import list_rows
from core.runs.run import Run
from core.words import counted

LOOKED_AT = "regroup_state"  # (run id, id of the state that is looked at)
MAX_MOVES = 200  # classes that a table of moves holds
TREE_HELP = (
    "Each step makes a state from the one before. A step taken after an undo begins a branch; no state is "
    "ever forgotten. The filled dot is shown now; rings in color lead to it."
)
RAND_HELP = (
    "Takes every pair of classes and asks whether both groupings say the same of it, together or apart; then "
    "takes off what chance would give. 1: the same groups. About 0: as alike as by chance."
)


def history_panel(run: Run, draft: Draft) -> None:
    """Draw the tree, and what can be done with the state chosen in it."""
    history = draft.history
    looked_at = _looked_at(draft, history)
    tree, card = st.columns([3, 2], gap="large")
    with tree:
        rows = list_rows(history)
        history_tree(
            rows, chosen=looked_at, on_event=lambda *event: _react(draft, *event), key="regroup_history"
        )
        shown = "" if len(rows) == len(history.nodes) else f", {len(rows):,} of them listed"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"{counted(len(history.nodes), 'state')}{shown}. A click looks at one, a double click shows "
                f"it.",
                help=TREE_HELP,
            )
            command_popover(["group", "history", run.id], label="Command: history")
    with card:
        _state_card(draft, history, history.nodes[looked_at])
        _comparison(run, history, history.nodes[looked_at])


def _looked_at(draft: Draft, history: GroupingHistory) -> int:
    run_id, node_id = st.session_state.get(LOOKED_AT, (draft.run_id, history.position))
    is_known = run_id == draft.run_id and node_id < len(history.nodes)
    return node_id if is_known else history.position


def _react(draft: Draft, node_id: int, go: bool) -> None:
    st.session_state[LOOKED_AT] = (draft.run_id, node_id)
    if go:
        draft.go_to(node_id)


def _state_card(draft: Draft, history: GroupingHistory, node: Node) -> None:
    """Name the state, show it, give it a name."""
    title = f"“{plain(node.name)}”, " if node.name else ""
    label, number = plain(node.label), node.in_words.removeprefix(node.label)
    st.markdown(f"**{title}{label}**{number}")
    key = f"regroup_state_name_{draft.run_id}_{node.id}_{node.name}"
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    row.text_input(
        "Name of this state",
        value=node.name or "",
        placeholder="Such as: first try",
        key=key,
        on_change=lambda: draft.name_node(node.id, st.session_state[key]),
        help="A state with a name is found again in the tree. An empty name takes it away.",
    )
    row.button(
        "Show this state",
        icon=":material/history:",
        key="regroup_go_to",
        disabled=node.id == history.position,
        on_click=draft.go_to,
        args=(node.id,),
        help="It is shown now." if node.id == history.position else "Goes on from there; nothing is lost.",
    )


def _comparison(run: Run, history: GroupingHistory, node: Node) -> None:
    """Compare the state with the one shown now, with one that has a name, or with a saved grouping."""
    others = _others(run, history, node)
    chosen = st.selectbox(
        "Compare it with",
        list(others),
        key=f"regroup_compare_with_{node.id}_{history.position}",
        placeholder="There is nothing to compare with yet",
        disabled=not others,
        help="Two states can be compared: choose one in the tree, show the other or give it a name.",
    )
    other = others.get(chosen)
    if other is not None:
        before = other.grouping if isinstance(other, Node) else other
        show_difference(compare_groupings(before, node.grouping))


def _others(run: Run, history: GroupingHistory, node: Node) -> dict[str, Node | Grouping]:
    """What a state can be compared with; a state's groups are worked out only when it is chosen."""
    others: dict[str, Node | Grouping] = {}
    if node.id != history.position:
        others["the state shown now"] = history.current_node
    if node.parent is not None:
        others["the state before it"] = history.nodes[node.parent]
    named = [other for other in history.nodes if other.name and other.id != node.id]
    others |= {f"state {other.name}": other for other in named}
    saved = cache.saved_groupings(run.config.dataset, history.current.class_names)
    return others | {f"saved as {each.name}": each.grouping for each in saved}


def show_difference(found: Difference) -> None:
    """Draw a sentence and the classes that moved."""
    st.markdown(found.sentence, help=RAND_HELP)
    if found.moves:
        moves = [(move.name, move.before, move.after) for move in found.moves[:MAX_MOVES]]
        st.dataframe(
            pd.DataFrame(moves, columns=["class", "was in", "is in"]),
            hide_index=True,
            height="auto",
            width="stretch",
        )
    if len(found.moves) > MAX_MOVES:
        st.caption(f"The first {MAX_MOVES} of {len(found.moves):,} classes that moved.")

"""The states of a grouping as a list with branches (components v2, plain JS).

A click or arrow keys choose a state, a double click or Enter shows it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from core.regrouping.steps.tree_rows import TreeRow
from core.words import counted

FOLDER = Path(__file__).parent
HTML = '<div class="tree" role="tree" aria-label="States of this grouping, the first at the top"></div>'

_mount = st.components.v2.component(
    "regroup_history_tree",
    html=HTML,
    css=(FOLDER / "history_tree.css").read_text(encoding="utf-8"),
    js=(FOLDER / "history_tree.js").read_text(encoding="utf-8"),
)


def history_tree(
    rows: Sequence[TreeRow], *, chosen: int, on_event: Callable[[int, bool], None], key: str
) -> None:
    """Draw the states.

    Args:
        rows: What is listed.
        chosen: Id of the state that is looked at.
        on_event: Called with the id of a state and whether it shall be shown on the matrix.
        key: Unique on the page.
    """

    def react() -> None:
        event = read_event(st.session_state[key].get("picked"), {row.node.id for row in rows})
        if event is not None:
            on_event(*event)

    _mount(key=key, data={"rows": list_lines(rows), "chosen": chosen}, on_picked_change=react)


def list_lines(rows: Sequence[TreeRow]) -> list[dict[str, Any]]:
    """Return what is drawn of each state."""
    return [
        {
            "id": row.node.id,
            "depth": row.depth,
            "label": row.node.label,
            "name": row.node.name or "",
            "groups": "" if row.node.in_words == row.node.label else counted(row.node.num_groups, "group"),
            "time": datetime.fromtimestamp(row.node.created).astimezone().strftime("%H:%M"),
            "current": row.is_current,
            "before": row.is_before,
        }
        for row in rows
    ]


def read_event(reported: object, known: set[int]) -> tuple[int, bool] | None:
    """Return the state that the browser reports and whether to show it; None for what is not listed.

    >>> read_event({"id": 3, "go": True}, {3}), read_event({"id": 4, "go": False}, {3})
    ((3, True), None)
    """
    if not isinstance(reported, dict):
        return None
    state, go = reported.get("id"), reported.get("go")
    if type(state) is not int or type(go) is not bool or state not in known:
        return None
    return state, go

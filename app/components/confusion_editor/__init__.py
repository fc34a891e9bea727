"""The confusion matrix to work on: point at confusions, choose classes, merge them.

A component of ``st.components.v2``: a canvas drawn by plain JavaScript, joined here from files by
role. Python sends one value of bytes (payload.py) and is told what was done (events.py). The picture of a
click appears at once in the browser; Python answers with the groups.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from app.components.confusion_editor.events import EditorEvent, read_events
from app.components.confusion_editor.payload import Counts, Tree, pack_payload
from core.regrouping.grouping import Grouping
from core.regrouping.ordering.orders import ORDERS

__all__ = ["EditorEvent", "confusion_editor", "pack_payload", "read_events"]

FOLDER = Path(__file__).parent
SCRIPTS = (
    "payload.js", "levels.js", "colors.js", "layout.js", "folding.js", "drawing.js", "brackets.js",
    "minimap.js", "legend.js", "fullscreen.js", "painter.js", "toolbar.js", "overlay.js", "captions.js",
    "groups.js", "carrying.js", "dendrogram.js", "cutting.js", "menu.js", "tray.js", "input.js", "keys.js",
    "editor.js",
)  # fmt: skip
STYLES = ("editor.css", "dendrogram.css", "tray.css", "menus.css")
HTML = (FOLDER / "editor.html").read_text(encoding="utf-8").replace("{tree_order}", ORDERS["leaf"].title)

_mount = st.components.v2.component(
    "regroup_confusion_editor",
    html=HTML,
    css="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES),
    js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def confusion_editor(
    counts: np.ndarray | Counts,
    grouping: Grouping,
    *,
    order: Sequence[int] | np.ndarray,
    chosen: Sequence[str] = (),
    tree: Tree | None = None,
    solid: Sequence[bool] | np.ndarray | None = None,
    on_event: Callable[[EditorEvent], None],
    key: str,
) -> None:
    """Draw the confusion matrix and report what is done on it.

    Args:
        counts: Confusion matrix, rows true and columns predicted, dense of shape
            ``(num_classes, num_classes)`` or sparse.
        grouping: The groups to outline, and the class names.
        order: Class index for each place along the diagonal, shape ``(num_classes,)``.
        chosen: Class names shown as chosen; two are a pair (true class, predicted class).
        tree: The tree of merges beside the matrix, with its cut line.
        solid: For each group whether it is outlined solid, else dashed (not stable); shape ``(num_groups,)``.
        on_event: Called with what was done before the page is drawn again.
        key: Name of this editor, unique on the page.
    """
    seen_key = f"{key}-seen"  # number of the last event that Python knows

    def report() -> None:
        reported = st.session_state[key].get("events")
        events, seen = read_events(reported, grouping, seen=st.session_state.get(seen_key, 0))
        st.session_state[seen_key] = seen
        for event in events:
            on_event(event)

    seen = st.session_state.get(seen_key, 0)
    payload = pack_payload(counts, grouping, order=order, chosen=chosen, tree=tree, solid=solid, seen=seen)
    _mount(key=key, data=payload, on_events_change=report)

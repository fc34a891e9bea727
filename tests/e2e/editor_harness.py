"""A page with nothing but the confusion editor, for tests in a browser: ``?classes=73&color=count``.

It writes what the editor reported, and counts the script's runs, as text that a test can read.
"""

import numpy as np
import streamlit as st

from app.components.confusion_editor import EditorEvent, confusion_editor
from core.regrouping.grouping import Grouping

IMAGES_A_CLASS = 90


def make_confusion(num_classes: int) -> np.ndarray:
    """Counts with planted confusions: pairs of neighbors both ways, and a little noise."""
    rng = np.random.default_rng(0)
    confusion = np.zeros((num_classes, num_classes), np.int64)
    for row in range(num_classes):
        neighbor = row ^ 1 if row ^ 1 < num_classes else row - 1
        confusion[row, neighbor] += 14 if row % 2 == 0 else 9
        strays = rng.integers(0, num_classes, 6)
        np.add.at(confusion[row], strays[strays != row], 1)
        confusion[row, row] += IMAGES_A_CLASS - confusion[row].sum()
    return confusion


def make_names(num_classes: int) -> list[str]:
    """Short names, one of them markup and one of them long."""
    names = ["circle", "ellipse", "<img src=x onerror=alert(1)>", "a very long name of a class, to be elided"]
    return (names + [f"class {index}" for index in range(4, num_classes)])[:num_classes]


def show() -> None:
    """Draw the page."""
    num_classes = int(st.query_params.get("classes", "12"))
    names = make_names(num_classes)
    state = st.session_state
    state.setdefault("grouping", Grouping.identity(names))
    state.setdefault("chosen", ())
    state.setdefault("events", [])

    def react(event: EditorEvent) -> None:
        state.events.append(f"{event.kind}: {', '.join(event.classes)}")
        if event.kind == "merge":
            state.grouping = state.grouping.merge(event.classes)
            state.chosen = ()
        else:
            state.chosen = event.classes

    if st.checkbox("Shown", value=True):
        confusion_editor(
            make_confusion(num_classes),
            state.grouping,
            order=np.arange(num_classes),
            chosen=state.chosen,
            color="count" if st.query_params.get("color") == "count" else "share",
            on_event=react,
            key="editor",
        )
    st.text("events: " + " | ".join(state.events))
    st.text(f"groups: {state.grouping.num_groups}")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    show()

"""A page with nothing but the confusion editor, for tests in a browser: ``?classes=73&groups=12&tree=1``.

It does what the editor reports, and writes both what was reported and what became of it as text for a test.
"""

import time
from collections.abc import Callable

import numpy as np
import streamlit as st

from app.components.confusion_editor import EditorEvent, confusion_editor
from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.ordering.dendrogram import MergeTree, cut_grouping, merge_tree
from core.regrouping.steps.history import GroupingHistory

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


def make_groups(names: list[str], num_groups: int) -> Grouping:
    """Neighbors in groups; the second group is orange and locked."""
    size = -(-len(names) // num_groups)
    grouping = Grouping.from_assignment(names, [index // size for index in range(len(names))])
    if num_groups == len(names):
        return grouping
    second = grouping.group_names[min(1, grouping.num_groups - 1)]
    return grouping.color(second, 1).lock(second)


def tell(event: EditorEvent) -> str:
    """What a person did, in one line: ``move: cat -> pets``."""
    values = [event.group, event.name] + [str(event.color)] * (event.kind == "color")
    values += [str(event.locked)] * (event.kind == "lock") + [str(event.num_groups)] * (event.kind == "cut")
    values += [" ".join(map(str, event.order))]
    said = " -> ".join(filter(None, [", ".join(event.classes), *values]))
    return f"{event.kind}: {said}" if said else event.kind


def step(grouping: Grouping, event: EditorEvent, tree: MergeTree) -> Grouping:
    """The grouping after what was done on it.

    Raises:
        GroupingError: The step is refused.
    """
    steps: dict[str, Callable[[], Grouping]] = {
        "merge": lambda: grouping.merge(event.classes),
        "take_out": lambda: grouping.take_out(event.classes),
        "dissolve": lambda: grouping.dissolve(event.group),
        "move": lambda: grouping.move(event.classes, event.group),
        "rename": lambda: grouping.rename(event.group, event.name),
        "color": lambda: grouping.color(event.group, event.color),
        "lock": lambda: grouping.lock(event.group, event.locked),
        "cut": lambda: cut_grouping(tree, grouping, event.num_groups),
    }
    return steps[event.kind]()


def react(event: EditorEvent) -> None:
    """Do what was done."""
    state = st.session_state
    state.events.append(tell(event))
    state.problem = ""
    if event.kind in ("undo", "redo"):
        state.history = state.history.undo() if event.kind == "undo" else state.history.redo()
    elif event.kind == "order":
        state.order = event.order
    elif event.kind == "tree_order":
        state.order = tuple(state.tree.leaves.tolist())
    elif event.kind == "choose":
        state.chosen = event.classes
    else:
        try:
            grouping = step(state.history.current, event, state.tree)
        except GroupingError as error:
            state.problem = str(error)
            return
        coalesce = "cut" if event.kind == "cut" else None
        state.history = state.history.apply(grouping, event.kind, coalesce=coalesce)
        state.chosen = () if event.kind == "merge" else state.chosen


def start(num_classes: int) -> None:
    """Put what is kept between runs of the script into its places."""
    state, query = st.session_state, st.query_params
    if "history" in state and state.history.current.num_classes == num_classes:
        return
    names = make_names(num_classes)
    if "long" in query:
        names[4] += " " + "x" * 500
    state.history = GroupingHistory.start(make_groups(names, int(query.get("groups", num_classes))))
    state.confusion = make_confusion(num_classes)
    state.tree = merge_tree(state.confusion)
    state.order = tuple(range(num_classes))
    if query.get("order") == "leaf":
        state.order = tuple(state.tree.leaves.tolist())
    state.chosen, state.events, state.problem = (), [], ""


def show() -> None:
    """Draw the page; ``slow`` waits so many seconds before it answers."""
    query, state = st.query_params, st.session_state
    num_classes = int(query.get("classes", "12")) + int(st.checkbox("One class more"))
    start(num_classes)
    time.sleep(float(query.get("slow", "0")))
    if st.checkbox("Shown", value=True):
        confusion_editor(
            state.confusion,
            state.history.current,
            order=state.order,
            chosen=state.chosen,
            tree=state.tree if query.get("tree") else None,
            on_event=react,
            key="editor",
        )
    grouping = state.history.current
    groups = [
        f"{name} = {', '.join(classes)}" for name, classes in grouping.members.items() if len(classes) > 1
    ]
    st.text("events: " + " | ".join(state.events))
    st.text(f"groups: {grouping.num_groups}")
    st.text("members: " + "; ".join(groups))
    st.text(f"locked: {', '.join(sorted(grouping.locked))}")
    st.text(f"colors: {', '.join(f'{name} {index}' for name, index in grouping.colors)}")
    st.text(f"problem: {state.problem}")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    show()

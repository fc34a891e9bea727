"""Any steps through the history of a grouping, for tests of what always holds."""

import contextlib

from hypothesis import strategies as st

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.steps.history import GroupingHistory

CLASSES = ["1", "2", "3", "1 + 2", "4"]
CHANGES = ["merge", "take_out", "move", "dissolve", "rename", "lock", "color"]
ACTIONS = [*CHANGES, "undo", "redo", "go_to", "name"]
actions = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9), st.integers(0, 9)), max_size=15)


def change(grouping: Grouping, action: str, first: int, second: int) -> Grouping:
    one, other = (grouping.class_names[k % grouping.num_classes] for k in (first, second))
    group = grouping.group_names[first % grouping.num_groups]
    changes = {
        "merge": lambda: grouping.merge([one, other]),
        "take_out": lambda: grouping.take_out([one, other]),
        "move": lambda: grouping.move([other], group),
        "dissolve": lambda: grouping.dissolve(group),
        "rename": lambda: grouping.rename(group, f"name {second}"),
        "lock": lambda: grouping.lock(group, second % 2 == 0),
        "color": lambda: grouping.color(group, second - 1),
    }
    return changes[action]()


def walk(history: GroupingHistory, taken: list[tuple[str, int, int]]) -> GroupingHistory:
    """Take steps; those that a lock or a taken name refuses leave the history as it is."""
    for number, (action, first, second) in enumerate(taken):
        with contextlib.suppress(GroupingError):
            if action in ("undo", "redo"):
                history = getattr(history, action)()
            elif action == "go_to":
                history = history.go_to(first % len(history.nodes))
            elif action == "name":
                history = history.name_node(first % len(history.nodes), f"state {second}")
            else:
                after = change(history.current, action, first, second)
                history = history.apply(after, f"{action} {number}")
    return history

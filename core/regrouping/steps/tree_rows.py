"""The history of a grouping as an indented list: older branches below their state, the newest way in line.

The order does not depend on the state that counts now, so that no line jumps when another is shown.
"""

from dataclasses import dataclass

from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.states import Node

MAX_ROWS = 400  # states in the list; older ones without a name are left out


@dataclass(frozen=True)
class TreeRow:
    """A line of the list.

    Attributes:
        node: The state.
        depth: How many branches deep it is, 0 for the newest way from the first state on.
        is_current: Whether it is the state that counts now.
        is_before: Whether it leads to the state that counts now.
    """

    node: Node
    depth: int
    is_current: bool
    is_before: bool


def list_rows(history: GroupingHistory, max_rows: int = MAX_ROWS) -> list[TreeRow]:
    """Return the states from the first on, each branch below the state where it begins.

    Args:
        history: The states.
        max_rows: How many are listed: those with a name, the first, the one that counts, and the newest.
    """
    before = set(history.path_to(history.position))
    chosen = {0, history.position, *(node.id for node in history.nodes if node.name)}
    chosen.update(range(max(0, len(history.nodes) - max_rows + len(chosen)), len(history.nodes)))
    rows = []
    waiting = [(0, 0)]  # (id, depth)
    while waiting:
        node_id, depth = waiting.pop()
        if node_id in chosen:
            is_current = node_id == history.position
            rows.append(TreeRow(history.nodes[node_id], depth, is_current, node_id in before))
        children = history.children.get(node_id, [])
        waiting.extend((child, depth) for child in children[-1:])
        waiting.extend((child, depth + 1) for child in reversed(children[:-1]))
    return rows

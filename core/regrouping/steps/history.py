"""The history of building a grouping: a tree of states, each made from another by one step.

Nothing is forgotten: a step taken after an undo begins a branch beside the steps that were undone, and
``redo`` follows the branch that was visited last. States can be named and gone to.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

from core.errors import GroupingError
from core.regrouping.grouping import Grouping, check_new_name
from core.regrouping.steps.states import Node, change_between, is_same

START_LABEL = "Start"
COALESCE_S = 10.0  # seconds within which steps of one key become one step


@dataclass(frozen=True)
class GroupingHistory:
    """All states of a grouping being built, and which of them counts now.

    Attributes:
        nodes: The states, the oldest first, at least one; a state's id is its place here.
        position: Id of the state that counts now.
        followed: For each state with steps after it the id of the one visited last.

    >>> history = GroupingHistory.identity(["cat", "dog", "car"])
    >>> history = history.apply(history.current.merge(["cat", "dog"]), "Merged cat and dog")
    >>> history.current.num_groups, history.undo().current.num_groups, history.undo().redo_label
    (2, 3, 'Merged cat and dog')
    """

    nodes: tuple[Node, ...]
    position: int
    followed: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.position < len(self.nodes):
            raise ValueError(f"There is no state {self.position} among {len(self.nodes)}.")

    @classmethod
    def start(cls, grouping: Grouping, label: str = START_LABEL) -> Self:
        """Begin with one grouping."""
        alone = Grouping.identity(grouping.class_names)
        change = change_between(alone, grouping)
        return cls((Node(0, None, label, time.time(), change, grouping.num_groups, before=alone),), 0)

    @classmethod
    def identity(cls, class_names: Iterable[str]) -> Self:
        """Begin with every class alone."""
        return cls.start(Grouping.identity(class_names))

    @property
    def current_node(self) -> Node:
        """The state that counts now."""
        return self.nodes[self.position]

    @property
    def current(self) -> Grouping:
        """The grouping that counts now."""
        return self.current_node.grouping

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self.current_node.parent is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a later state."""
        return self.position in self.followed

    @property
    def undo_label(self) -> str:
        """The words for the step that ``undo`` would take back; empty when there is none."""
        return self.current_node.label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """The words for the step that ``redo`` would take again; empty when there is none."""
        return self.nodes[self.followed[self.position]].label if self.can_redo else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The words for the steps that led from the first state to this one."""
        return tuple(self.nodes[node_id].label for node_id in self.path_to(self.position)[1:])

    @property
    def origin(self) -> Mapping[str, Any] | None:
        """Settings of the search behind the present groups; None when they were made by hand.

        Renaming, coloring and locking leave suggested groups what they are.
        """
        groups = self.current.assignment
        for node_id in reversed(self.path_to(self.position)):
            node = self.nodes[node_id]
            if node.grouping.assignment != groups:
                return None
            if node.origin is not None:
                return node.origin
        return None

    @property
    def split(self) -> str:
        """The split these groups were chosen on: validation, unless a state on the way came from another."""
        origins = [self.nodes[node_id].origin or {} for node_id in self.path_to(self.position)]
        return next((str(origin["split"]) for origin in reversed(origins) if "split" in origin), "val")

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """For each state with steps after it the ids of the states they led to, the oldest first."""
        found: dict[int, list[int]] = {}
        for node in self.nodes:
            if node.parent is not None:
                found.setdefault(node.parent, []).append(node.id)
        return found

    def node(self, node_id: int) -> Node:
        """Return a state.

        Raises:
            GroupingError: There is none of that id.
        """
        if not 0 <= node_id < len(self.nodes):
            raise GroupingError(
                f"There is no state {node_id} in the history; choose one from 0 to {len(self.nodes) - 1}."
            )
        return self.nodes[node_id]

    def path_to(self, node_id: int) -> list[int]:
        """Return the ids from the first state to this one.

        Raises:
            GroupingError: There is none of that id.
        """
        path = [node_id]
        parent = self.node(node_id).parent
        while parent is not None:
            path.append(parent)
            parent = self.nodes[parent].parent
        return path[::-1]

    def apply(
        self,
        grouping: Grouping,
        label: str,
        *,
        origin: Mapping[str, Any] | None = None,
        coalesce: str | None = None,
    ) -> Self:
        """Take a step to ``grouping``; where steps were undone it begins a branch beside them.

        Args:
            grouping: The new groups; a step that changes nothing gives the same history.
            label: The words for the step.
            origin: Settings of the search that suggested the groups.
            coalesce: A key; a step takes the place of the one before it when that has the same key, is at
                most ``COALESCE_S`` old, and has neither a name nor steps after it.
        """
        last = self.current_node
        if is_same(grouping, last.grouping):
            return self
        is_one = coalesce is not None and coalesce == last.key and last.name is None and not self.can_redo
        if is_one and time.time() - last.created <= COALESCE_S and last.parent is not None:
            before, place = self.nodes[last.parent], last.id
        else:
            before, place = last, len(self.nodes)
        node = Node(
            place,
            before.id,
            label,
            time.time(),
            change_between(before.grouping, grouping),
            grouping.num_groups,
            origin=origin,
            key=coalesce,
            before=before,
        )
        vars(node)["grouping"] = grouping  # known already
        nodes = (*self.nodes[:place], node, *self.nodes[place + 1 :])
        return type(self)(nodes, place, {**self.followed, before.id: place})

    def graft(self, node: Node, *, after: int) -> Self:
        """Add a state of another history of the same classes after one of this, and go there."""
        before, place = self.node(after), len(self.nodes)
        change = change_between(before.grouping, node.grouping)
        grafted = replace(node, id=place, parent=after, change=change, before=before)
        return type(self)((*self.nodes, grafted), place, {**self.followed, after: place})

    def undo(self) -> Self:
        """Go one step back, if there is one."""
        parent = self.current_node.parent
        return self if parent is None else self._at(parent)

    def redo(self) -> Self:
        """Take the step again that was visited last, if there is one."""
        return self._at(self.followed[self.position]) if self.can_redo else self

    def go_to(self, node_id: int) -> Self:
        """Make a state the one that counts; undo and redo walk through it from now on.

        Raises:
            GroupingError: There is none of that id.
        """
        path = self.path_to(node_id)
        return replace(self._at(node_id), followed={**self.followed, **dict(pairwise(path))})

    def name_node(self, node_id: int, name: str) -> Self:
        """Give a state a name; an empty one takes its name away.

        Raises:
            GroupingError: There is none of that id, or the name is too long, taken or not allowed.
        """
        taken = {node.name for node in self.nodes if node.name and node.id != node_id}
        given = check_new_name(name, taken, what="state") if name.strip() else None
        node = self.node(node_id).named(given)
        return replace(self, nodes=(*self.nodes[:node_id], node, *self.nodes[node_id + 1 :]))

    def _at(self, node_id: int) -> Self:
        return replace(self, position=node_id)

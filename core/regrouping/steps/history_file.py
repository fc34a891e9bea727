"""The history of a grouping as plain values of JSON: each state holds its change only."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.states import Node, check_change

FORMAT = 2  # histories of format 1 were lists without branches


def history_to_json(history: GroupingHistory) -> dict[str, Any]:
    """Return plain values that ``history_from_json`` reads again."""
    return {
        "format": FORMAT,
        "class_names": list(history.current.class_names),
        "nodes": [_node_to_json(node) for node in history.nodes],
        "position": history.position,
        "followed": [[parent, child] for parent, child in history.followed.items()],
    }


def history_from_json(content: Any) -> GroupingHistory:
    """Rebuild a history from the values of ``history_to_json``, or of the format before it had branches.

    Raises:
        GroupingError: The values are damaged.
    """
    try:
        class_names = [_text(name) for name in content["class_names"]]
        if len(set(class_names)) != len(class_names):
            raise ValueError("class names repeat")
        if "states" in content:
            return _from_list(class_names, content)
        nodes = _nodes_from_json(class_names, content["nodes"])
        followed = {node.parent: node.id for node in nodes if node.parent is not None}
        for parent, child in content["followed"]:
            if nodes[child].parent == parent:
                followed[parent] = child
        return GroupingHistory(nodes, int(content["position"]), followed)
    except (AttributeError, TypeError, KeyError, ValueError, IndexError, GroupingError) as error:
        raise GroupingError(
            f"A history of groupings is damaged ({error!r}); begin a new grouping on the Regroup page."
        ) from error


def _node_to_json(node: Node) -> dict[str, Any]:
    content: dict[str, Any] = {"parent": node.parent, "label": node.label, "created": node.created}
    content |= {"change": node.change, "num_groups": node.num_groups}
    told = {"name": node.name, "origin": node.origin, "key": node.key}
    return content | {what: value for what, value in told.items() if value is not None}


def _nodes_from_json(class_names: list[str], contents: Iterable[Any]) -> tuple[Node, ...]:
    alone = Grouping.identity(class_names)
    nodes: list[Node] = []
    for place, content in enumerate(contents):
        parent, name, key = content["parent"], content.get("name"), content.get("key")
        if (parent is None) != (place == 0) or (parent is not None and not 0 <= parent < place):
            raise ValueError(f"state {place} has no state before it")
        nodes.append(
            Node(
                place,
                parent,
                _text(content["label"]),
                float(content["created"]),
                check_change(content["change"], len(class_names)),
                int(content["num_groups"]),
                None if name is None else _text(name),
                None if content.get("origin") is None else dict(content["origin"]),
                None if key is None else _text(key),
                before=alone if parent is None else nodes[parent],
            )
        )
    return tuple(nodes)


def _from_list(class_names: list[str], content: Mapping[str, Any]) -> GroupingHistory:
    """Read the old format: groupings in a row, each with the groups that are no class of their own name."""
    history: GroupingHistory | None = None
    for state in content["states"]:
        changed = {name: _text(group) for name, group in state["groups"].items()}
        grouping = Grouping.from_mapping(class_names, {name: name for name in class_names} | changed)
        label = _text(state["label"])
        history = history.apply(grouping, label) if history else GroupingHistory.start(grouping, label)
    if history is None:
        raise ValueError("there is no state")
    return history.go_to(int(content["position"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value

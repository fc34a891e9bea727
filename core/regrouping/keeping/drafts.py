"""Drafts: what is being built on the Regroup page for a run; a reload or a restart loses nothing.

``groupings/<dataset>/drafts/<run>.json``, replaced whole. Several windows may build for one run: each hands
over the draft it has seen together with its step, and a step made from a state that is not the newest any
more becomes a branch of its own. A lock beside the file keeps two steps of one instant apart.
"""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import GroupingError, WorkspaceError
from core.regrouping.keeping.lock import locked
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.history_file import history_from_json, history_to_json
from core.regrouping.steps.states import Node
from core.regrouping.suggesting.wishes import Wishes
from core.workspace import Workspace, check_name, read_json, write_bytes

Stamp = tuple[int, int, int]
NEVER: Stamp = (0, 0, 0)
NO_WISHES = Wishes()
_DAMAGE = (WorkspaceError, GroupingError, KeyError, TypeError, AttributeError, ValidationError)


@dataclass(frozen=True)
class KeptDraft:
    """What is being built for a run, as it stands in its file.

    Attributes:
        history: The states of the grouping.
        wishes: What is demanded of suggested groups.
        order: Class names in the person's own order along the matrix, or None.
        stamp: Tells this writing of the file from others; ``NEVER`` where there is none that fits.
    """

    history: GroupingHistory
    wishes: Wishes = NO_WISHES
    order: tuple[str, ...] | None = None
    stamp: Stamp = NEVER


def load_draft(workspace: Workspace, dataset_name: str, run_id: str, class_names: Iterable[str]) -> KeptDraft:
    """Return what was being built for a run; every class alone when there is nothing usable.

    A draft that is missing, damaged or made for other classes counts as nothing.
    """
    names = tuple(class_names)
    found = _read(_draft_path(workspace, dataset_name, run_id), names)
    return KeptDraft(GroupingHistory.identity(names)) if found is None else found


def draft_stamp(workspace: Workspace, dataset_name: str, run_id: str) -> Stamp:
    """Return what changes whenever a run's draft is written: another window can tell that there is news."""
    return _stamp(_draft_path(workspace, dataset_name, run_id))


def save_draft(
    workspace: Workspace, dataset_name: str, run_id: str, changed: KeptDraft, *, seen: KeptDraft
) -> tuple[KeptDraft, tuple[str, ...]]:
    """Keep a step.

    Args:
        workspace: Where drafts are kept.
        dataset_name: Dataset of the run.
        run_id: The run it is for.
        changed: The draft after the step.
        seen: The draft before the step, as the window had read it.

    Returns:
        The draft as it is kept now, and the words for the steps that other windows had taken since it
        was seen: their states are kept, and this step is a branch beside them.

    Raises:
        WorkspaceError: The disk cannot be written; the file is as it was.
    """
    path = _draft_path(workspace, dataset_name, run_id)
    with locked(path):
        told: tuple[str, ...] = ()
        if _stamp(path) != seen.stamp:
            newest = _read(path, changed.history.current.class_names)
            if newest is not None:
                told = steps_since(newest.history, seen.history)
                changed = _join(newest, seen, changed)
            elif path.exists():
                _set_aside(path)
        _write(path, changed)
        return replace(changed, stamp=_stamp(path)), told


def steps_since(newest: GroupingHistory, seen: GroupingHistory) -> tuple[str, ...]:
    """Return the words for the states of the newest history that an older one does not have."""
    known = {(node.label, node.created) for node in seen.nodes}
    return tuple(node.label for node in newest.nodes[1:] if (node.label, node.created) not in known)


def find_state(history: GroupingHistory, other: GroupingHistory, node_id: int) -> int | None:
    """Return the id that a state of another history has in this one; None when it is not there."""
    found = 0
    for step in other.path_to(node_id)[1:]:
        place = _step_like(history, found, other.nodes[step])
        if place is None:
            return None
        found = place
    return found


def join_histories(
    newest: GroupingHistory, seen: GroupingHistory, changed: GroupingHistory
) -> GroupingHistory:
    """Add to the newest history what a window changed that had seen an older one.

    Args:
        newest: What other windows have kept meanwhile.
        seen: What this window had seen.
        changed: The same with its step.

    Returns:
        All states of both, at the state where the window's step led.
    """
    joined, here = newest, 0
    for node_id in changed.path_to(changed.position)[1:]:
        place = _step_like(joined, here, changed.nodes[node_id])
        if place is None:
            joined = joined.graft(changed.nodes[node_id], after=here)
            place = joined.position
        here = place
    for before, after in zip(seen.nodes, changed.nodes, strict=False):
        place = find_state(joined, changed, after.id) if before.name != after.name else None
        if place is not None:
            joined = joined.name_node(place, after.name or "")
    return joined.go_to(here)


def _step_like(history: GroupingHistory, after: int, node: Node) -> int | None:
    """Return the state after one of the history's that is the same step as another history's."""
    places = history.children.get(after, [])
    return next((place for place in places if history.nodes[place].is_state(node)), None)


def _join(newest: KeptDraft, seen: KeptDraft, changed: KeptDraft) -> KeptDraft:
    return KeptDraft(
        join_histories(newest.history, seen.history, changed.history),
        newest.wishes if changed.wishes == seen.wishes else changed.wishes,
        newest.order if changed.order == seen.order else changed.order,
    )


def _read(path: Path, class_names: tuple[str, ...]) -> KeptDraft | None:
    """Return the draft when the file holds one that fits; its stamp is older rather than newer."""
    stamp = _stamp(path)
    with contextlib.suppress(*_DAMAGE, OSError):
        content = read_json(path)
        history = history_from_json(content["history"])
        if history.current.class_names == class_names:
            order = content.get("order")
            wishes = Wishes.model_validate(content.get("wishes") or {})
            kept = tuple(map(str, order)) if isinstance(order, list) else None
            is_order = kept is not None and sorted(kept) == sorted(class_names)
            return KeptDraft(history, wishes, kept if is_order else None, stamp)
    return None


def _write(path: Path, draft: KeptDraft) -> None:
    content: dict[str, Any] = {"history": history_to_json(draft.history)}
    if not draft.wishes.is_empty:
        content["wishes"] = draft.wishes.model_dump(mode="json")
    if draft.order is not None:
        content["order"] = draft.order
    write_bytes(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _set_aside(path: Path) -> None:
    """Keep a file that is damaged or for other classes beside the new one."""
    path.replace(path.with_suffix(".old"))


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return NEVER
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _draft_path(workspace: Workspace, dataset_name: str, run_id: str) -> Path:
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset") / "drafts"
    return folder / f"{check_name(run_id, 'run')}.json"

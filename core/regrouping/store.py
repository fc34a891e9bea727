"""Saved groupings, and drafts that survive a reload: plain JSON files, replaced whole.

``groupings/<dataset>/<name>.json`` is a grouping with a name;
``groupings/<dataset>/drafts/<run>.json`` is what is being built on the Regroup page for a run.
"""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import GroupingError, WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.history import GroupingHistory
from core.workspace import Workspace, check_name, read_json, write_json


@dataclass(frozen=True)
class SavedGrouping:
    """A grouping with a name, and where it came from.

    Attributes:
        name: Unique for the dataset.
        dataset: Name of the dataset whose classes it groups.
        grouping: Which classes count as one.
        run_id: The run whose confusions it was chosen on; empty when there was none.
        split: The split it was chosen on.
        created: When it was saved, seconds since 1970.
        steps: The words for the steps that led to it.
    """

    name: str
    dataset: str
    grouping: Grouping
    run_id: str
    split: str
    created: float
    steps: tuple[str, ...] = ()


def save_grouping(
    workspace: Workspace,
    dataset_name: str,
    name: str,
    grouping: Grouping,
    *,
    run_id: str,
    split: str = "val",
    history: GroupingHistory | None = None,
    overwrite: bool = False,
) -> SavedGrouping:
    """Keep a grouping under a name.

    Args:
        workspace: Where to keep it.
        dataset_name: The dataset whose classes it groups.
        name: Its name; spaces around it are dropped.
        grouping: Which classes count as one.
        run_id: The run whose confusions it was chosen on; empty when there was none.
        split: The split it was chosen on.
        history: How it was made.
        overwrite: Replace the grouping of that name, if there is one.

    Raises:
        GroupingError: The name is taken and ``overwrite`` is not set.
        WorkspaceError: The name is not allowed, or the disk cannot be written.
    """
    name = check_name(name, "grouping")
    path = _grouping_path(workspace, dataset_name, name)
    if path.exists() and not overwrite:
        raise GroupingError(
            f"There is already a grouping {name!r} of dataset {dataset_name!r}; "
            f"choose another name, or replace it deliberately."
        )
    steps = history.steps if history else ()
    saved = SavedGrouping(name, dataset_name, grouping, run_id, split, time.time(), steps)
    content = {
        "mapping": grouping.to_mapping(),
        "run_id": run_id,
        "split": split,
        "created": saved.created,
        "steps": list(steps),
    }
    write_json(path, content)
    return saved


def load_grouping(
    workspace: Workspace, dataset_name: str, name: str, *, class_names: Iterable[str] | None = None
) -> SavedGrouping:
    """Read a grouping by its name.

    Args:
        workspace: Where it is kept.
        dataset_name: The dataset whose classes it groups.
        name: Its name.
        class_names: Check that it is for these classes, and give it their order.

    Raises:
        GroupingError: It is unknown, damaged, or for other classes.
    """
    path = _grouping_path(workspace, dataset_name, name)
    if not path.exists():
        saved = list_groupings(workspace, dataset_name)[:10]
        known = ", ".join(repr(other.name) for other in saved) or "none yet"
        raise GroupingError(
            f"There is no grouping {name!r} of dataset {dataset_name!r}; groupings are: {known}. "
            f"Save one on the Regroup page or with 'regroup suggest --save NAME'."
        )
    return _read_grouping(path, dataset_name, class_names)


def list_groupings(
    workspace: Workspace, dataset_name: str, *, class_names: Iterable[str] | None = None
) -> list[SavedGrouping]:
    """Return the readable groupings of a dataset, newest first; damaged files are passed over.

    Args:
        workspace: Where they are kept.
        dataset_name: The dataset whose classes they group.
        class_names: Only those for these classes, in their order.
    """
    found = []
    names = None if class_names is None else tuple(class_names)
    for path in (workspace.groupings_dir / check_name(dataset_name, "dataset")).glob("*.json"):
        with contextlib.suppress(GroupingError):
            found.append(_read_grouping(path, dataset_name, names))
    return sorted(found, key=lambda saved: (-saved.created, saved.name))


def delete_grouping(workspace: Workspace, dataset_name: str, name: str) -> None:
    """Delete a grouping; runs that were trained on it keep theirs.

    Raises:
        GroupingError: There is none of that name.
    """
    try:
        _grouping_path(workspace, dataset_name, name).unlink()
    except FileNotFoundError as error:
        raise GroupingError(
            f"There is no grouping {name!r} of dataset {dataset_name!r} to delete; it may be gone already."
        ) from error


def load_draft(
    workspace: Workspace, dataset_name: str, run_id: str, class_names: Iterable[str]
) -> GroupingHistory:
    """Return what was being built for a run; every class alone when there is nothing usable.

    A draft that is missing, damaged or made for other classes counts as nothing.
    """
    names = tuple(class_names)
    content = _read_draft(workspace, dataset_name, run_id)
    with contextlib.suppress(GroupingError):
        history = GroupingHistory.from_json(content.get("history"))
        if history.current.class_names == names:
            return history
    return GroupingHistory.identity(names)


def save_draft(workspace: Workspace, dataset_name: str, run_id: str, history: GroupingHistory) -> int:
    """Keep what is being built for a run; returns the draft's new revision.

    Raises:
        WorkspaceError: The disk cannot be written.
    """
    revision = draft_revision(workspace, dataset_name, run_id) + 1
    path = _draft_path(workspace, dataset_name, run_id)
    write_json(path, {"revision": revision, "history": history.to_json()})
    return revision


def draft_revision(workspace: Workspace, dataset_name: str, run_id: str) -> int:
    """Return how often a run's draft was saved, 0 for never: a change tells another tab to reload."""
    revision = _read_draft(workspace, dataset_name, run_id).get("revision")
    return revision if isinstance(revision, int) else 0


def _read_grouping(path: Path, dataset_name: str, class_names: Iterable[str] | None) -> SavedGrouping:
    try:
        content = read_json(path)
        mapping = {str(name): str(group) for name, group in content["mapping"].items()}
        saved = SavedGrouping(
            name=path.stem,
            dataset=dataset_name,
            grouping=Grouping.from_mapping(mapping, mapping),
            run_id=str(content.get("run_id", "")),
            split=str(content.get("split", "val")),
            created=float(content.get("created", 0)),
            steps=tuple(str(step) for step in content.get("steps", ())),
        )
    except (OSError, WorkspaceError, GroupingError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise GroupingError(f"{path} is damaged ({error}); delete it, or save the grouping again.") from error
    if class_names is None:
        return saved
    return SavedGrouping(**{**vars(saved), "grouping": Grouping.from_mapping(class_names, mapping)})


def _read_draft(workspace: Workspace, dataset_name: str, run_id: str) -> dict[str, Any]:
    try:
        content = read_json(_draft_path(workspace, dataset_name, run_id))
    except (OSError, WorkspaceError):
        return {}
    return content if isinstance(content, dict) else {}


def _grouping_path(workspace: Workspace, dataset_name: str, name: str) -> Path:
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset")
    return folder / f"{check_name(name, 'grouping')}.json"


def _draft_path(workspace: Workspace, dataset_name: str, run_id: str) -> Path:
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset") / "drafts"
    return folder / f"{check_name(run_id, 'run')}.json"

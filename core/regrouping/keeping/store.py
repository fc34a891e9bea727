"""Saved groupings: plain JSON files ``groupings/<dataset>/<name>.json``, replaced whole."""

import contextlib
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from core.errors import GroupingError, WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.lock import locked
from core.regrouping.keeping.looks import groups_text, was_looked_at
from core.regrouping.keeping.saved import SavedGrouping, author_name, from_content, to_content
from core.regrouping.steps.history import GroupingHistory
from core.workspace import Workspace, check_name, read_json, write_json


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
        GroupingError: The name is taken and ``overwrite`` is not set, or the grouping of that name was
            judged on test images and therefore stays as it is.
        WorkspaceError: The name is not allowed, or the disk cannot be written.
    """
    name = check_name(name, "grouping")
    steps = history.steps if history else ()
    origin = history.origin if history and history.current.assignment == grouping.assignment else None
    saved = SavedGrouping(
        name, dataset_name, grouping, run_id, split, time.time(), steps, author_name(), origin
    )
    return keep_grouping(workspace, saved, overwrite=overwrite)


def keep_grouping(workspace: Workspace, saved: SavedGrouping, *, overwrite: bool = False) -> SavedGrouping:
    """Keep a grouping with all that is known of it, such as one from a file.

    Raises:
        GroupingError: The name is taken and ``overwrite`` is not set, or the grouping of that name was
            judged on test images and therefore stays as it is.
        WorkspaceError: The name is not allowed, or the disk cannot be written.
    """
    with _saving(workspace, saved.dataset):
        return _keep(workspace, saved, overwrite=overwrite)


def edit_grouping(
    workspace: Workspace,
    dataset_name: str,
    name: str,
    change: Callable[[Grouping], Grouping],
    words: str,
    *,
    save_as: str | None = None,
) -> SavedGrouping:
    """Take a step from a saved grouping and keep the result in its place, or under another name.

    Args:
        workspace: Where it is kept.
        dataset_name: The dataset whose classes it groups.
        name: Its name.
        change: What makes the new groups of those that are there.
        words: The words for the step, kept with the grouping.
        save_as: Another name for the result; the grouping then stays as it is.

    Raises:
        GroupingError: It is unknown, the step is refused, the other name is taken, or it was judged on test
            images and therefore stays as it is.
        WorkspaceError: The other name is not allowed, or the disk cannot be written.
    """
    with _saving(workspace, dataset_name):
        old = load_grouping(workspace, dataset_name, name)
        grouping = change(old.grouping)
        edited = replace(
            old,
            name=old.name if save_as is None else save_as,
            grouping=grouping,
            created=time.time(),
            steps=(*old.steps, words),
            author=author_name(),
            origin=old.origin if grouping.assignment == old.grouping.assignment else None,
        )
        return _keep(workspace, edited, overwrite=save_as is None)


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


def _read_grouping(path: Path, dataset_name: str, class_names: Iterable[str] | None) -> SavedGrouping:
    try:
        saved = from_content(read_json(path), path.stem, dataset_name)
    except (OSError, WorkspaceError, GroupingError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise GroupingError(f"{path} is damaged ({error}); delete it, or save the grouping again.") from error
    if class_names is None:
        return saved
    grouping = saved.grouping
    ordered = Grouping.from_mapping(class_names, grouping.to_mapping())
    return replace(saved, grouping=ordered.marked(grouping.locked, grouping.colors))


def _saving(workspace: Workspace, dataset_name: str) -> AbstractContextManager[None]:
    """Hold the lock of a dataset's saved groupings."""
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset")
    return locked(folder / "drafts" / "saving")


def _keep(workspace: Workspace, saved: SavedGrouping, *, overwrite: bool) -> SavedGrouping:
    saved = replace(saved, name=check_name(saved.name, "grouping"))
    path = _grouping_path(workspace, saved.dataset, saved.name)
    if path.exists():
        _check_replacing(workspace, path, saved, overwrite=overwrite)
    write_json(path, to_content(saved))
    return saved


def _check_replacing(workspace: Workspace, path: Path, saved: SavedGrouping, *, overwrite: bool) -> None:
    if not overwrite:
        raise GroupingError(
            f"There is already a grouping {saved.name!r} of dataset {saved.dataset!r}; "
            f"choose another name, or replace it deliberately."
        )
    try:
        old = _read_grouping(path, saved.dataset, None).grouping
    except GroupingError:
        return  # nothing that could be kept
    if was_looked_at(workspace, saved.dataset, old) and groups_text(old) != groups_text(saved.grouping):
        raise GroupingError(
            f"Grouping {saved.name!r} was judged on test images and stays as it was then; save the new "
            f"groups under another name."
        )


def _grouping_path(workspace: Workspace, dataset_name: str, name: str) -> Path:
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset")
    return folder / f"{check_name(name, 'grouping')}.json"

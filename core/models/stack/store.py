"""Saved stacks: own networks with a name, one JSON file each in the workspace, replaced whole."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from core.errors import ModelError, WorkspaceError
from core.runs.stack import MAX_LAYERS, StackLayer
from core.words import some
from core.workspace import Workspace, check_name, read_json, write_json

ROWS = TypeAdapter(tuple[StackLayer, ...])


@dataclass(frozen=True)
class SavedStack:
    """A stack with a name.

    Attributes:
        name: Unique in the workspace.
        layers: The rows, at least one.
        created: When it was saved, seconds since 1970.
    """

    name: str
    layers: tuple[StackLayer, ...]
    created: float


def save_stack(
    workspace: Workspace, name: str, layers: Sequence[StackLayer], *, overwrite: bool = False
) -> SavedStack:
    """Keep a stack under a name; spaces around it are dropped.

    Args:
        workspace: Where to keep it.
        name: Its name.
        layers: Its rows.
        overwrite: Replace the stack of that name, if there is one.

    Raises:
        ModelError: It has no rows or too many, or the name is taken and ``overwrite`` is not set.
        WorkspaceError: The name is not allowed, or the disk cannot be written.
    """
    path = _path(workspace, name)
    if not 1 <= len(layers) <= MAX_LAYERS:
        raise ModelError(f"A stack has 1 to {MAX_LAYERS} rows, not {len(layers)}; change its table first.")
    if path.exists() and not overwrite:
        raise ModelError(
            f"There is already a stack {path.stem!r}; choose another name, or replace it deliberately."
        )
    saved = SavedStack(path.stem, tuple(layers), time.time())
    rows = [layer.model_dump(mode="json", exclude_defaults=True) for layer in layers]
    write_json(path, {"layers": rows, "created": saved.created})
    return saved


def load_stack(workspace: Workspace, name: str) -> SavedStack:
    """Read a stack by its name.

    Raises:
        ModelError: It is unknown, or its file is damaged.
        WorkspaceError: The name is not allowed.
    """
    path = _path(workspace, name)
    if not path.is_file():
        known = some([saved.name for saved in list_stacks(workspace)]) or "none yet"
        raise ModelError(
            f"There is no saved stack {name!r}; saved ones are: {known}. Save one on the Train page or with "
            f"'regroup models stack save NAME'."
        )
    return _read(path)


def list_stacks(workspace: Workspace) -> list[SavedStack]:
    """Return the readable stacks, newest first; damaged files are passed over."""
    found = []
    for path in _folder(workspace).glob("*.json"):
        with contextlib.suppress(ModelError):
            found.append(_read(path))
    return sorted(found, key=lambda saved: (-saved.created, saved.name))


def delete_stack(workspace: Workspace, name: str) -> None:
    """Delete a stack, also a damaged one; runs that were trained with it keep their layers.

    Raises:
        ModelError: There is none of that name.
        WorkspaceError: The name is not allowed.
    """
    try:
        _path(workspace, name).unlink()
    except FileNotFoundError as error:
        raise ModelError(f"There is no saved stack {name!r} to delete; it may be gone already.") from error


def _read(path: Path) -> SavedStack:
    try:
        content = read_json(path)
        layers = ROWS.validate_python(content["layers"])
        if not layers:
            raise ValueError("it has no rows")
        return SavedStack(path.stem, layers, float(content.get("created", 0)))
    except (OSError, WorkspaceError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"The saved stack {path} is damaged ({reason}); delete it, or save it again."
        ) from error


def _path(workspace: Workspace, name: str) -> Path:
    return _folder(workspace) / f"{check_name(name, 'stack')}.json"


def _folder(workspace: Workspace) -> Path:
    return workspace.root / "stacks"

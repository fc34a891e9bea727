"""How much room the caches may take: a setting of the workspace, in its ``settings.json``."""

import contextlib
import math
import shutil
from pathlib import Path
from typing import Any

from core.errors import WorkspaceError
from core.workspace import Workspace, read_json, write_json

SETTING = "cache_limit_gb"
DEFAULT_BYTES = 20_000_000_000
DEFAULT_SHARE = 0.2  # of the disk
GB = 1_000_000_000
MAX_GB = 1_000_000


def limit(workspace: Workspace) -> int:
    """Return how many bytes all caches together may take.

    Without a legible setting it is the smaller of 20 GB and a fifth of the disk.
    """
    with contextlib.suppress(FileNotFoundError, OSError, WorkspaceError):
        settings = read_json(settings_path(workspace))
        given = settings.get(SETTING) if isinstance(settings, dict) else None
        if isinstance(given, int | float) and 0 < given <= MAX_GB:
            return round(given * GB)
    return default_limit(workspace)


def default_limit(workspace: Workspace) -> int:
    """Return the limit of a workspace in which none was set, bytes."""
    return min(DEFAULT_BYTES, int(shutil.disk_usage(workspace.root).total * DEFAULT_SHARE))


def set_limit(workspace: Workspace, gigabytes: float) -> None:
    """Set how much all caches together may take; caches that are over it go when room is made next.

    Raises:
        WorkspaceError: It is not a positive number, or ``settings.json`` is damaged or cannot be written.
    """
    if not math.isfinite(gigabytes) or not 0 < gigabytes <= MAX_GB:
        raise WorkspaceError(
            f"The caches cannot be limited to {gigabytes:g} GB; give a number above 0, such as 20."
        )
    settings: dict[str, Any] = {}
    with contextlib.suppress(FileNotFoundError):
        settings = read_json(settings_path(workspace))
        if not isinstance(settings, dict):
            raise WorkspaceError(
                f"{settings_path(workspace)} holds no settings; delete it, then set the limit again."
            )
    write_json(settings_path(workspace), settings | {SETTING: gigabytes})


def settings_path(workspace: Workspace) -> Path:
    """Return where the settings of a workspace are kept."""
    return workspace.root / "settings.json"

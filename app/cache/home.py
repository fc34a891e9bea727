"""Where the workspace of this server is, and when a file of it changed."""

import functools
import os

from core import workspace as workspaces
from core.workspace import Workspace


def workspace() -> Workspace:
    """The workspace of this server."""
    return _workspace(os.environ.get(workspaces.HOME_VARIABLE))


def changed_at(path: os.PathLike[str]) -> int:
    """When a file was last written to, nanoseconds; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - one system call, no object
    except FileNotFoundError:
        return 0


@functools.cache  # 45 calls a click, each 0.1 ms in a cache of Streamlit
def _workspace(home: str | None) -> Workspace:
    return workspaces.open_workspace(home)

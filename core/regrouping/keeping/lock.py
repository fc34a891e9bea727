"""A lock beside a file that several windows write: steps of one instant happen one after the other."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import WorkspaceError

LOCK_S = 20.0  # what is done under it takes some milliseconds


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file; its folder is made when it is missing.

    Raises:
        WorkspaceError: Another window holds it too long, or the disk cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=LOCK_S):
            yield
    except Timeout as error:
        raise WorkspaceError(
            f"{path} has been held by another window for {LOCK_S:g} seconds; try again."
        ) from error
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written ({error.strerror or error}); "
            f"free some disk space or check the folder's permissions, then try again."
        ) from error

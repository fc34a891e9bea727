"""Which caches are in use, and how much room those have been promised that are being written.

Whoever uses or writes a cache holds the lock of a small file under ``.caches`` in the workspace; its name
says of which cache, and how many bytes were promised. The system frees the lock when the process dies,
however it dies. Several processes may use one cache: each has a file of its own.
"""

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from core.errors import WorkspaceError
from core.workspace import Workspace

MARKS_DIR = ".caches"
WAIT_S = 120.0  # seconds to wait for another process that makes room
QUICK_WAIT_S = 10.0  # seconds, where it does no great harm to go on without


@dataclass(frozen=True)
class Mark:
    """One use of a cache by a living process.

    Attributes:
        key: Tells which cache, see ``key_of``.
        num_bytes: Promised to a cache that is being written; 0 for one that is read.
    """

    key: str
    num_bytes: int


class Hold:
    """The use of one cache; it ends with ``release``, with the ``with`` block, or with the process."""

    def __init__(self, lock: FileLock | None = None) -> None:
        self._lock = lock

    def release(self) -> None:
        """End the use; a second time nothing happens."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with contextlib.suppress(OSError):  # the workspace may have gone meanwhile
                lock.release()
                Path(lock.lock_file).unlink(missing_ok=True)

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def key_of(workspace: Workspace, path: Path) -> str:
    """Return what stands for a cache in the names of marks."""
    return hashlib.sha1(str(path.relative_to(workspace.root)).encode(), usedforsecurity=False).hexdigest()[
        :16
    ]


@contextlib.contextmanager
def room_lock(workspace: Workspace, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep all other processes from making room or marking caches for the length of the block.

    Raises:
        WorkspaceError: Another process keeps the lock, or the workspace cannot be written.
    """
    path = workspace.root / MARKS_DIR / "room.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=wait_s)
        lock.acquire()
    except Timeout as error:
        raise WorkspaceError(
            f"Another process has been making room for caches for {wait_s:.0f} seconds ({path} is locked); "
            f"wait, or end that process."
        ) from error
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written ({error.strerror or error}); check the folder's permissions and free "
            f"some disk space."
        ) from error
    try:
        yield
    finally:
        lock.release()


def mark(workspace: Workspace, path: Path, num_bytes: int = 0) -> Hold:
    """Mark a cache as in use; only inside of ``room_lock``.

    Args:
        workspace: Where it lies.
        path: The cache.
        num_bytes: Promised to it, while it is being written.

    Raises:
        OSError: The mark cannot be written.
    """
    name = f"{key_of(workspace, path)}-{num_bytes}-{secrets.token_hex(6)}.lock"
    lock = FileLock(workspace.root / MARKS_DIR / name, timeout=0, thread_local=False)
    lock.acquire()
    return Hold(lock)


def read_marks(workspace: Workspace) -> list[Mark]:
    """Return the uses of caches by living processes; only inside of ``room_lock``.

    Marks of processes that have died are removed.
    """
    found = []
    for path in (workspace.root / MARKS_DIR).glob("*-*-*.lock"):
        if _is_locked(path):
            key, num_bytes, _ = path.stem.split("-")
            found.append(Mark(key, int(num_bytes)))
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return found


def _is_locked(path: Path) -> bool:
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False

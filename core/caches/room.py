"""Room for a new cache: what was used longest ago goes first, what is in use stays, and so does some disk."""

import contextlib
import math
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.caches.holding import QUICK_WAIT_S, Hold, Mark, key_of, mark, read_marks, room_lock
from core.caches.limits import GB, limit
from core.caches.listing import PART, Cache, Kind, find_temporaries, list_caches, size_of, touch
from core.errors import CacheFullError, WorkspaceError
from core.words import size_in_words
from core.workspace import Workspace

RESERVE_BYTES = 1_000_000_000  # of the disk that caches leave free
RESERVE_SHARE = 0.05  # of the disk, where that is less


@dataclass(frozen=True)
class Cleared:
    """What was deleted.

    Attributes:
        num_caches: How many.
        num_bytes: How much they had taken.
        num_kept: How many stayed, since they are in use or cannot be deleted.
    """

    num_caches: int
    num_bytes: int
    num_kept: int


def make_room(workspace: Workspace, num_bytes: int) -> None:
    """Delete caches, the one used longest ago first, until so much fits under the limit and on the disk.

    Nothing is deleted when that is not possible. The room is free afterward but promised to nobody; use
    ``writing`` where several processes may write.

    Raises:
        CacheFullError: It is more than the limit or the disk allows.
        WorkspaceError: The workspace cannot be written.
    """
    with room_lock(workspace):
        _make_room(workspace, num_bytes)


@contextlib.contextmanager
def writing(workspace: Workspace, path: Path, num_bytes: int) -> Iterator[Path]:
    """Yield where to write a cache; it takes its place, whole, when the block ends without error.

    Args:
        workspace: Where it lies.
        path: Where it is to be; its folder is made. What is there is replaced.
        num_bytes: How much it is going to take; no other process is given this room.

    Yields:
        A path beside ``path`` with the same suffix, for a file or a folder.

    Raises:
        CacheFullError: It is more than the limit or the disk allows.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    temporary = _beside(path)
    hold = Hold()
    try:
        with room_lock(workspace):
            _make_room(workspace, num_bytes)
            hold = mark(workspace, temporary, num_bytes)
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _replace(temporary, path)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written ({error.strerror or error}); free some disk space or check the "
            f"folder's permissions."
        ) from error
    finally:
        _remove(temporary)
        hold.release()


def hold(workspace: Workspace, path: Path) -> Hold:
    """Mark a cache as used now, and as in use until the hold is released or this process ends.

    In a workspace that cannot be written the hold does nothing, as nobody can delete anything there.
    """
    touch(path)
    with contextlib.suppress(OSError, WorkspaceError), room_lock(workspace, wait_s=QUICK_WAIT_S):
        return mark(workspace, path)
    return Hold()


def clear_caches(workspace: Workspace, *, kind: Kind | None = None, owner: str | None = None) -> Cleared:
    """Delete caches that are not in use.

    Args:
        workspace: Whose.
        kind: Only of this kind.
        owner: Only of this dataset or run.

    Raises:
        WorkspaceError: The workspace cannot be written.
    """
    with room_lock(workspace):
        marks = read_marks(workspace)
        _remove_leftovers(workspace, marks)
        chosen = [
            cache
            for cache in list_caches(workspace)
            if kind in {None, cache.kind} and owner in {None, cache.owner}
        ]
        gone = [cache for cache in _free_ones(workspace, chosen, marks) if _remove(cache.path)]
    num_bytes = sum(cache.num_bytes for cache in gone)
    return Cleared(len(gone), num_bytes, num_kept=len(chosen) - len(gone))


def _make_room(workspace: Workspace, num_bytes: int) -> None:
    marks = read_marks(workspace)
    _remove_leftovers(workspace, marks)
    caches, allowed = list_caches(workspace), limit(workspace)
    evictable = [each for each in _free_ones(workspace, caches, marks) if each.kind != "tables"]  # tiny
    promised, written = sum(each.num_bytes for each in marks), _written(workspace)
    in_use = sum(cache.num_bytes for cache in caches) - sum(cache.num_bytes for cache in evictable)
    over_limit = sum(cache.num_bytes for cache in caches) + max(promised, written) + num_bytes - allowed
    disk = shutil.disk_usage(workspace.root)
    reserve = min(RESERVE_BYTES, int(disk.total * RESERVE_SHARE))
    over_disk = reserve + num_bytes + max(0, promised - written) - disk.free
    deletable = sum(cache.num_bytes for cache in evictable)
    if over_limit > deletable:
        raise CacheFullError(_say_limit(num_bytes, allowed, in_use + max(promised, written)))
    if over_disk > deletable:
        raise CacheFullError(_say_disk(workspace, num_bytes, free=disk.free, reserve=reserve))
    missing = max(over_limit, over_disk)
    for cache in evictable:
        if missing <= 0:
            return
        missing -= cache.num_bytes if _remove(cache.path) else 0
    if missing > 0:
        raise CacheFullError(
            f"{size_in_words(missing)} of old caches in {workspace.root} cannot be deleted; close what uses "
            f"them, or check the folder's permissions."
        )


def _free_ones(workspace: Workspace, caches: list[Cache], marks: list[Mark]) -> list[Cache]:
    """Return the caches that nobody uses."""
    used = {each.key for each in marks}
    return [cache for cache in caches if key_of(workspace, cache.path) not in used]


def _written(workspace: Workspace) -> int:
    """Return how much is written already of the caches that are being written, bytes."""
    total = 0
    for path in find_temporaries(workspace):
        with contextlib.suppress(FileNotFoundError):
            total += size_of(path)
    return total


def _remove_leftovers(workspace: Workspace, marks: list[Mark]) -> None:
    """Remove what processes were writing when they were killed."""
    used = {each.key for each in marks}
    for path in find_temporaries(workspace):
        if key_of(workspace, path) not in used:
            _remove(path)


def _replace(temporary: Path, path: Path) -> None:
    try:
        if path.is_dir():
            _remove(path)
        temporary.replace(path)
    except PermissionError:
        # Windows does not replace a file that is open; whoever has it open made the same one.
        if not path.exists():
            raise


def _remove(path: Path) -> bool:
    """Delete a file or folder; a reader finds it whole or not at all. Tells whether it is gone."""
    try:
        if path.is_dir():
            doomed = path if PART in path.name else path.rename(_beside(path))
            shutil.rmtree(doomed, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    except OSError:  # Windows: somebody has it open
        return False
    return True


def _beside(path: Path) -> Path:
    """Return a hidden, unused name in the same folder, with the same suffix."""
    return path.with_name(f".{path.stem[:40]}-{secrets.token_hex(6)}{PART}{path.suffix}")


def _say_limit(num_bytes: int, allowed: int, in_use: int) -> str:
    wish = math.ceil((num_bytes + in_use) / GB)
    others = f", of which {size_in_words(in_use)} are in use" if in_use else ""
    return (
        f"A cache of {size_in_words(num_bytes)} does not fit: all caches together may take "
        f"{size_in_words(allowed)}{others}; raise the limit with `regroup cache limit {wish}`, or take a "
        f"smaller image size."
    )


def _say_disk(workspace: Workspace, num_bytes: int, *, free: int, reserve: int) -> str:
    return (
        f"A cache of {size_in_words(num_bytes)} does not fit on the disk of {workspace.root}: "
        f"{size_in_words(free)} are free, and {size_in_words(reserve)} are to stay free; free some disk "
        f"space, or take a smaller image size."
    )

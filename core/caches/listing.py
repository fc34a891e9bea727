"""Every cache of a workspace: what may be deleted at any time, since it is made again when it is needed."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from core.workspace import Workspace

Kind = Literal["pixels", "features", "run features", "tables"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Below the workspace, what lies at the place of the first star belongs to: a dataset, a run, or nobody.
PLACES: dict[Kind, str] = {
    "pixels": "datasets/*/pixels-*.npy",
    "features": "features/*/*",
    "run features": "runs/*/features/*",
    "tables": "tables/*",
}
PART = ".part"  # in the hidden name of a cache that is being written or removed
OLD_TEMPORARY = ".tmp"  # in the hidden name of any other file that is being written
LEFTOVER_AGE_S = 24 * 3600.0  # such a file this old belongs to a process that was killed


@dataclass(frozen=True)
class Cache:
    """One file or folder that may be deleted.

    Attributes:
        path: Where.
        kind: What it holds: decoded pixels of a dataset, features of images as the frozen layers of a
            network give them, features of a run's network, or layer tables.
        owner: Name of the dataset, or id of the run; empty for layer tables.
        num_bytes: What it takes on the disk.
        last_used: Seconds since 1970.
    """

    path: Path
    kind: Kind
    owner: str
    num_bytes: int
    last_used: float


def list_caches(workspace: Workspace) -> list[Cache]:
    """Return all caches, the one that was used longest ago first."""
    found = []
    for kind, place in PLACES.items():
        for path in _look_up(workspace, place):
            with contextlib.suppress(FileNotFoundError):  # just deleted by another process
                owner = path.relative_to(workspace.root).parts[1] if place.count("*") > 1 else ""
                found.append(Cache(path, kind, owner, size_of(path), path.stat().st_mtime))
    return sorted(found, key=lambda cache: (cache.last_used, str(cache.path)))


def total_bytes(workspace: Workspace) -> int:
    """Return what all caches take together."""
    return sum(cache.num_bytes for cache in list_caches(workspace))


def touch(path: Path) -> None:
    """Note that a cache is used now, as the time of its file or folder; costs microseconds."""
    with contextlib.suppress(OSError):  # read-only: it cannot be deleted either
        os.utime(path)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder.

    Raises:
        FileNotFoundError: It is gone.
    """
    if not path.is_dir():
        return path.stat().st_size
    total = 0
    for file in path.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += 0 if file.is_dir() else file.stat().st_size
    return total


def find_temporaries(workspace: Workspace) -> Iterator[Path]:
    """Yield the hidden files and folders that are being written, or were when their writer was killed."""
    for place in PLACES.values():
        parent, _, _ = place.rpartition("/")
        for path in workspace.root.glob(f"{parent}/.*{PART}*"):
            yield path
        for path in workspace.root.glob(f"{parent}/.*{OLD_TEMPORARY}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > LEFTOVER_AGE_S:
                    yield path


def _look_up(workspace: Workspace, place: str) -> Iterator[Path]:
    for path in workspace.root.glob(place):
        hidden = any(part.startswith(".") for part in path.relative_to(workspace.root).parts)
        if not hidden:
            yield path

"""Names of classes and files that every system takes as names of folders and files."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from core.datasets.sources.folder import HIDDEN

MAX_BYTES = 120  # file systems allow 255 for a name
NOT_ALLOWED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def folder_names(class_names: Iterable[str]) -> dict[str, str]:
    """Return a folder's name for each class, all different, also where upper and lower case are the same.

    >>> folder_names(["cat", "Cat", "a/b", "..", "nul"])
    {'cat': 'cat', 'Cat': 'Cat-2', 'a/b': 'a_b', '..': '_', 'nul': 'nul_'}
    """
    taken: set[str] = set()
    return {name: free_name(_safe(name), taken) for name in class_names}


def free_name(name: str, taken: set[str]) -> str:
    """Return a name, numbered where it is taken, and add it to those that are.

    >>> taken = {"a.jpg"}
    >>> free_name("A.jpg", taken), free_name("a.jpg", taken)
    ('A-2.jpg', 'a-3.jpg')
    """
    path, number, free = PurePosixPath(name), 2, name
    while free.casefold() in taken:
        free, number = f"{path.stem}-{number}{path.suffix}", number + 1
    taken.add(free.casefold())
    return free


def _safe(name: str) -> str:
    safe = NOT_ALLOWED.sub("_", name).encode()[:MAX_BYTES].decode(errors="ignore")
    safe = re.sub(r"^\.+", "_", safe.strip()).rstrip(" .") or "_"
    is_special = safe.partition(".")[0].casefold() in RESERVED or safe in HIDDEN
    return f"{safe}_" if is_special else safe

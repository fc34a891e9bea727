"""Whether a lock file is held: the system frees it when its process dies, however it dies."""

import sys
from pathlib import Path

from filelock import FileLock, Timeout

if sys.platform != "win32":
    import fcntl

LOOK_S = 0.005  # seconds a lock must stay taken to count as held, where looking means taking it


def is_locked(path: Path) -> bool:
    """Whether some process, or another thread of this one, holds the lock of that file now."""
    if not path.exists():
        return False
    if sys.platform != "win32":
        # A shared lock is refused while a worker holds its own, and those who only look never meet.
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        except OSError:
            pass  # a file system without such locks: filelock knows what to do there
    try:
        # Another one who looks holds the lock for some 0.1 ms; only a lock held for longer counts.
        with FileLock(path, timeout=LOOK_S, poll_interval=LOOK_S / 5):
            return False
    except Timeout:
        return True

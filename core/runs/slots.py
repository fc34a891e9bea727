"""Device slots: at most one training each, whoever starts them.

A worker holds the locks of its slots while it trains; a small file beside each lock names the run, so that
those who wait can say for whom.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from filelock import FileLock, Timeout

from core.runs.run import is_locked
from core.workspace import Workspace, write_bytes

POLL_S = 0.1  # seconds between two attempts to take a slot


@contextlib.contextmanager
def hold_slot(
    workspace: Workspace, slot: str, *, run_id: str, on_wait: Callable[[str | None], bool]
) -> Iterator[bool]:
    """Hold a slot for a run; wait for as long as another run is trained there.

    Args:
        workspace: The workspace.
        slot: Name of the slot, such as ``"cpu"``.
        run_id: The run that is going to be trained.
        on_wait: Called every 0.1 s or so with the id of the run that has the slot; tells whether to give up.

    Yields:
        True when the slot is held, False when ``on_wait`` gave up.
    """
    lock = FileLock(workspace.jobs_dir / f"{slot}.lock")
    while True:
        try:
            lock.acquire(timeout=POLL_S, poll_interval=POLL_S / 4)
            break
        except Timeout:
            if on_wait(slot_holder(workspace, slot)):
                yield False
                return
    try:
        write_bytes(workspace.jobs_dir / f"{slot}.run", run_id.encode())
        yield True
    finally:
        lock.release()


@contextlib.contextmanager
def hold_slots(
    workspace: Workspace, slots: Iterable[str], *, run_id: str, on_wait: Callable[[str | None], bool]
) -> Iterator[bool]:
    """Hold several slots for one run, taken by name, so that two runs never wait for each other.

    Args:
        workspace: The workspace.
        slots: Names of the slots.
        run_id: The run that is going to be trained.
        on_wait: As of ``hold_slot``.

    Yields:
        True when all are held, False when ``on_wait`` gave up.
    """
    with contextlib.ExitStack() as stack:
        yield all(
            stack.enter_context(hold_slot(workspace, slot, run_id=run_id, on_wait=on_wait))
            for slot in sorted(slots)
        )


def slot_is_busy(workspace: Workspace, slot: str) -> bool:
    """Whether a worker trains in that slot now."""
    return is_locked(workspace.jobs_dir / f"{slot}.lock")


def slot_holder(workspace: Workspace, slot: str) -> str | None:
    """Id of the run that is trained in that slot now, None when the slot is free."""
    try:
        name = (workspace.jobs_dir / f"{slot}.run").read_text()
    except FileNotFoundError:
        return None
    return name if slot_is_busy(workspace, slot) else None


def running_ids(workspace: Workspace) -> list[str]:
    """Ids of the runs that are being trained now, each once, in order of their slots."""
    slots = sorted(path.stem for path in workspace.jobs_dir.glob("*.run"))
    holders = (slot_holder(workspace, slot) for slot in slots)
    return list(dict.fromkeys(name for name in holders if name is not None))

"""Runs on several GPUs: the slot that takes such a run asks others to be kept free for its worker.

A promise is a small file beside the slot's lock that names the run; it counts for as long as that run is
being started or trained. The worker holds the locks of all its slots, so that a promise that comes too late
costs time and nothing else.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from core.errors import RunError
from core.jobs.devices import Slot
from core.jobs.queue import active_ids
from core.runs.run import Run
from core.runs.slots import slot_is_busy
from core.workspace import Workspace, write_bytes


def promise_slots(workspace: Workspace, run: Run, others: Sequence[Slot]) -> list[Slot]:
    """Keep as many slots for a run as it needs beside its first one, free ones rather than busy ones.

    Args:
        workspace: The workspace.
        run: A run that is about to be started.
        others: The machine's slots without the one that took the run.

    Returns:
        The promised slots; fewer than the run needs when the machine has no more, which its worker will tell.
    """
    drop_promises(workspace, run)
    try:
        num_others = run.config.num_devices - 1
    except RunError:
        return []  # damaged settings: its worker will tell
    if not num_others:
        return []
    chosen = sorted(others, key=lambda slot: _is_taken(workspace, slot))[:num_others]
    for slot in chosen:
        write_bytes(_path(workspace, slot), run.id.encode())
    return chosen


def is_promised(workspace: Workspace, slot: Slot) -> bool:
    """Whether a run that another slot has taken needs that slot too."""
    run_id = _read(_path(workspace, slot))
    return run_id is not None and run_id in active_ids(workspace)


def drop_promises(workspace: Workspace, run: Run) -> None:
    """Give the slots that were promised to a run free."""
    for path in workspace.jobs_dir.glob("*.promised"):
        if _read(path) == run.id:
            path.unlink(missing_ok=True)


def _is_taken(workspace: Workspace, slot: Slot) -> bool:
    return slot_is_busy(workspace, slot.name) or is_promised(workspace, slot)


def _path(workspace: Workspace, slot: Slot) -> Path:
    return workspace.jobs_dir / f"{slot.name}.promised"


def _read(path: Path) -> str | None:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text()
    return None

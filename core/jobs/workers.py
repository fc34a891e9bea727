"""Worker processes, seen from outside: how they are started, handed a run, and what their end means."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.errors import RunError
from core.jobs.devices import GIVEN_VARIABLE, VISIBLE_VARIABLE, Slot, given_devices
from core.jobs.queue import is_in_queue
from core.runs.diagnosis import less_memory
from core.runs.run import Run, State
from core.workspace import Workspace

SOURCE_DIR = Path(__file__).parents[2]  # the folder that holds the package ``core``
KILLED = -9  # exit status by SIGKILL, as the system ends who takes too much memory
ENVIRONMENT = {"PYTHONUNBUFFERED": "1", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}


@dataclass(frozen=True)
class Launcher:
    """Starts the workers of one slot.

    Attributes:
        slot: Where they train.
        module: Name of the worker's module.
    """

    slot: Slot
    module: str

    def start(self, run: Run, *others: Slot) -> subprocess.Popen[bytes]:
        """Start a worker for a run, which may take other slots as well; it prints into the run's log."""
        with run.log_path.open("ab") as log:
            return self._spawn([str(run.directory)], *others, stdin=subprocess.DEVNULL, output=log)

    def start_spare(self, log_path: Path) -> subprocess.Popen[bytes]:
        """Start a worker that gets everything ready and then waits for ``hand_over``."""
        with log_path.open("wb") as log:
            return self._spawn(["--spare"], stdin=subprocess.PIPE, output=log)

    def _spawn(
        self, arguments: list[str], *others: Slot, stdin: int, output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        slots = [self.slot, *others]
        return spawn(
            [self.module, *arguments, "--slot", ",".join(slot.name for slot in slots)],
            stdin=stdin,
            output=output,
            environment={
                **ENVIRONMENT,
                VISIBLE_VARIABLE: ",".join(slot.visible for slot in slots),
                GIVEN_VARIABLE: given_devices(),  # should it start a supervisor, this minds all slots
            },
        )


def spawn(
    arguments: list[str],
    *,
    output: IO[bytes],
    stdin: int = subprocess.DEVNULL,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``python -m MODULE ARGUMENT...`` so that neither Ctrl-C nor this process's end reaches it."""
    paths = [str(SOURCE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    # -P: a module in the current folder must not shadow a library.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", *arguments],
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(environment or {})},
        **detached,
    )


def hand_over(spare: subprocess.Popen[bytes], run: Run) -> bool:
    """Give a waiting spare worker its run; False when it has died."""
    if spare.stdin is None or spare.poll() is not None:
        return False
    try:
        with spare.stdin as order:
            order.write(f"{run.directory}\n".encode())
    except OSError:
        return False
    return True


def report_end(workspace: Workspace, run: Run, returncode: int) -> None:
    """Write down what a worker could not say itself: that it never began, or what ended it."""
    with contextlib.suppress(RunError, FileNotFoundError), run.hold():  # RunError: another worker has the run
        status = run.written_status
        if status.state is State.QUEUED and not is_in_queue(workspace, run):
            run.update_status(state=State.FAILED, message=_never_began(run), finished=time.time())
        elif status.state is State.RUNNING:
            run.update_status(
                state=State.INTERRUPTED,
                message=f"The worker ended {how_it_ended(returncode)}; {_remedy(run, returncode)}.",
                phase="",
                seconds_left=None,
                images_per_second=None,
                finished=time.time(),
                seconds=max(status.seconds, run.history["seconds"].sum()),
            )


def _never_began(run: Run) -> str:
    last_line = run.log_tail(1).strip() or "it left no word in the log"
    return f"The worker could not start ({last_line}). The log has the details; resume when that is repaired."


def _remedy(run: Run, returncode: int) -> str:
    resume = "resume to go on after the last full epoch"
    return resume if returncode != KILLED else f"{resume}, or train again with {less_memory(run.config)}"


def how_it_ended(returncode: int) -> str:
    """Return words that follow "it ended", such as ``"by signal SIGTERM"``."""
    if returncode >= 0:
        return f"without a word (exit status {returncode})"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-returncode).name
        hint = ", perhaps because memory ran out" if name == "SIGKILL" else ""
        return f"by signal {name}{hint}"
    return f"by signal {-returncode}"

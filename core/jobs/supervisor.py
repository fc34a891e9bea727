"""Supervisors: one background thread for each device slot takes waiting runs and minds their workers.

Over all processes that share a workspace, at most one supervisor minds a slot: it holds the slot's
``.supervisor.lock``; others stand by and take over when the lock is freed. A training is never tied to its
supervisor: it goes on when that ends, and the next one waits for it before it starts another.

``python -m core.jobs.supervisor HOME`` works off the queue and ends; no dashboard is needed.
"""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from core.errors import RunError
from core.jobs.devices import Slot, find_slots
from core.jobs.queue import adopt_orphans, forget_started, is_in_queue, queued_runs, take_next, tell_waiting
from core.jobs.sharing import drop_promises, is_promised, promise_slots
from core.jobs.workers import Launcher, hand_over, report_end, spawn
from core.runs.run import Run, State, is_locked
from core.runs.slots import slot_is_busy
from core.workspace import Workspace, open_workspace

WORKER_MODULE = "core.training.worker"
POLL_S = 0.1  # seconds between two looks at the queue and the worker
STANDBY_S = 0.5  # seconds between two attempts to take over a slot
FIRST_SPARE_S = 8.0  # seconds before the first spare worker starts: server and first page come first
NEXT_SPARE_S = 20.0  # seconds from a first training step to the next spare, which would slow it down
SPARE_DIED_S = 60.0  # seconds before another spare is tried when one died by itself
SPARE_BYTES = 2_000_000_000  # of free memory without which no spare is kept; one takes 0.75 GB

_log = logging.getLogger(__name__)
_serving: dict[Path, "Supervisor"] = {}  # by workspace: the supervisors of this process
_serving_lock = threading.Lock()
_left_behind: list[subprocess.Popen[bytes]] = []  # workers that outlive their supervisor; reaped at exit


class Supervisor:
    """The threads of one process, one for each slot.

    Attributes:
        threads: Empty until ``start``.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        warm: bool = True,
        drain: bool = False,
        slots: Sequence[Slot] | None = None,
        worker_module: str = WORKER_MODULE,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            workspace: Whose queue to work off.
            warm: Keep one spare worker a slot that has imported TensorFlow already.
            drain: End when nothing waits and nothing runs.
            slots: Slots to mind; those of this machine when left out.
            worker_module: Module that is started as the worker.
        """
        self.threads: list[SlotThread] = []
        self._workspace = workspace
        self._warm = warm
        self._drain = drain
        self._slots = slots
        self._worker_module = worker_module
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the threads."""
        slots = find_slots() if self._slots is None else self._slots
        self._stop.clear()
        self.threads = [
            SlotThread(
                self._workspace,
                Launcher(slot, self._worker_module),
                others=[other for other in slots if other != slot],
                stop=self._stop,
                warm=self._warm,
                drain=self._drain,
            )
            for slot in slots
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End the threads and their spare workers; trainings go on."""
        self._stop.set()
        self.join()

    def join(self) -> None:
        """Wait until the threads have ended."""
        for thread in self.threads:
            thread.join()


class SlotThread(threading.Thread):
    """Minds one slot, or stands by while another supervisor does."""

    def __init__(
        self,
        workspace: Workspace,
        launcher: Launcher,
        *,
        others: Sequence[Slot],
        stop: threading.Event,
        warm: bool,
        drain: bool,
    ) -> None:
        super().__init__(name=f"supervisor-{launcher.slot.name}", daemon=True)
        self._workspace = workspace
        self._launcher = launcher
        self._slot = launcher.slot.name
        self._others = others  # of this machine, which a run on several GPUs may take as well
        self._stop_event = stop
        self._warm = warm
        self._drain = drain
        self._current: tuple[Run, subprocess.Popen[bytes]] | None = None
        self._spare: subprocess.Popen[bytes] | None = None
        self._spare_due = time.monotonic() + FIRST_SPARE_S
        self._was_busy = False

    def run(self) -> None:
        """Mind the slot until told to stop or, when draining, until nothing is left to do."""
        while not self._stop_event.is_set():
            try:
                with FileLock(supervisor_lock(self._workspace, self._slot), timeout=0):
                    adopt_orphans(self._workspace)
                    self._mind_slot()
            except Timeout:
                if self._drain:
                    return  # another supervisor minds the slot
            except Exception:  # a full disk or a deleted folder must not end the thread
                _log.exception("The supervisor of slot %s goes on after an error.", self._slot)
            # Looked at after the lock was freed: who queues a run after this starts a supervisor of its own.
            if self._drain and not queued_runs(self._workspace):
                break
            self._stop_event.wait(STANDBY_S)
        self._let_go()

    def _mind_slot(self) -> None:
        while not self._stop_event.is_set():
            if self._current is not None:
                self._look_after(*self._current)
            elif slot_is_busy(self._workspace, self._slot) or is_promised(
                self._workspace, self._launcher.slot
            ):
                self._was_busy = True  # a worker of an earlier supervisor, or of another slot
            elif (run := take_next(self._workspace)) is not None:
                self._start(run)
            elif self._drain:
                return
            elif self._was_busy:
                self._was_busy = False
                tell_waiting(self._workspace)
            if self._warm:
                self._tend_spare()
            self._stop_event.wait(POLL_S)

    def _start(self, run: Run) -> None:
        spare, self._spare = self._spare, None
        self._spare_due = float("inf")  # until the first training step
        others = promise_slots(self._workspace, run, self._others)
        if spare is not None and not others and hand_over(spare, run):
            self._current = run, spare
        else:
            if spare is not None:
                _end_spare(spare)
            self._start_cold(run, *others)
        tell_waiting(self._workspace)

    def _start_cold(self, run: Run, *others: Slot) -> None:
        try:
            self._current = run, self._launcher.start(run, *others)
        except OSError as error:
            _log.exception("No worker could be started for %s.", run.id)
            with run.log_path.open("a", encoding="utf-8") as log:
                log.write(f"{error}\n")
            self._conclude(run, 1)

    def _look_after(self, run: Run, worker: subprocess.Popen[bytes]) -> None:
        if worker.poll() is None:
            if self._warm and self._spare_due == float("inf") and run.written_status.first_step:
                self._spare_due = time.monotonic() + NEXT_SPARE_S
            return
        self._current = None
        if worker.stdin is not None and _never_began(self._workspace, run):  # it was a spare
            self._start_cold(run)
            return
        self._conclude(run, worker.returncode)

    def _conclude(self, run: Run, returncode: int) -> None:
        report_end(self._workspace, run, returncode)
        forget_started(self._workspace, run)
        drop_promises(self._workspace, run)
        tell_waiting(self._workspace)
        self._spare_due = min(self._spare_due, time.monotonic())

    def _tend_spare(self) -> None:
        now = time.monotonic()
        if self._spare is not None and self._spare.poll() is not None:
            _end_spare(self._spare)
            self._spare, self._spare_due = None, now + SPARE_DIED_S
        if self._spare is None and now >= self._spare_due:
            self._spare_due = now + SPARE_DIED_S
            if psutil.virtual_memory().available >= SPARE_BYTES:
                self._spare = self._launcher.start_spare(self._workspace.jobs_dir / f"{self._slot}.spare.log")

    def _let_go(self) -> None:
        if self._current is not None:
            _left_behind.append(self._current[1])
        if self._spare is not None:
            _end_spare(self._spare)
            self._spare = None


def serve(workspace: Workspace) -> Supervisor:
    """Return this process's supervisor of a workspace, started by the first call; it keeps spare workers."""
    with _serving_lock:
        if workspace.root not in _serving:
            _serving[workspace.root] = Supervisor(workspace, warm=True)
            _serving[workspace.root].start()
        return _serving[workspace.root]


def ensure_supervised(workspace: Workspace) -> None:
    """See to it that waiting runs get started, if need be by a new process that ends by itself."""
    if all(is_locked(supervisor_lock(workspace, slot.name)) for slot in find_slots()):
        return
    with (workspace.jobs_dir / "supervisor.log").open("ab") as log:
        _left_behind.append(spawn([__spec__.name, str(workspace.root)], output=log))


def is_minded(workspace: Workspace) -> bool:
    """Whether any slot of a workspace has a supervisor now."""
    return any(is_locked(path) for path in workspace.jobs_dir.glob("*.supervisor.lock"))


def supervisor_lock(workspace: Workspace, slot: str) -> Path:
    """Held by the supervisor that minds the slot."""
    return workspace.jobs_dir / f"{slot}.supervisor.lock"


def _never_began(workspace: Workspace, run: Run) -> bool:
    try:
        waits = run.written_status.state is State.QUEUED
    except (FileNotFoundError, RunError):
        return False
    return waits and not is_in_queue(workspace, run) and not run.is_alive()


def _end_spare(spare: subprocess.Popen[bytes]) -> None:
    """End a spare at once; it has nothing to lose."""
    spare.kill()
    spare.wait()
    if spare.stdin is not None:
        spare.stdin.close()


def main(home: str) -> None:
    """Work off the queue of a workspace, then end."""
    supervisor = Supervisor(open_workspace(home), warm=False, drain=True)
    supervisor.start()
    supervisor.join()


if __name__ == "__main__":
    main(sys.argv[1])

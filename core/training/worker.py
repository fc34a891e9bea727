"""The worker: a process of its own that trains one run and tells how it goes in the run's folder.

``python -m core.training.worker RUN_DIR --slot cpu`` trains a run. With ``--spare`` instead of a folder it
imports TensorFlow, warms up, and waits on standard input for one line with the folder: so a click on Train
need not wait for the import. End of input means that the one who started it is gone, and it ends too.
"""

import argparse
import contextlib
import errno
import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from core.errors import RegroupError, RunError, WorkspaceError
from core.runs.diagnosis import less_memory
from core.runs.run import Run, RunStatus, State
from core.runs.slots import hold_slots
from core.workspace import Workspace

NICENESS = 10  # of a worker that shares the CPU with the pages, 0 to 19
LOOK_S = 0.1  # seconds between two looks for the cancel file
WAS_CANCELLED = "It was cancelled; resume to go on after the last full epoch."
WAS_ENDED = "The worker was told to end; resume to go on after the last full epoch."


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the run that is named on the command line, or by the first line of standard input."""
    parser = argparse.ArgumentParser(prog="python -m core.training.worker", description=__doc__)
    parser.add_argument("run_dir", nargs="?", type=Path, help="folder of the run")
    parser.add_argument(
        "--slot", default="cpu", help="name of the device slot to train in, or several: gpu0,gpu1"
    )
    parser.add_argument("--spare", action="store_true", help="warm up, then wait on standard input")
    options = parser.parse_args(arguments)
    if options.slot == "cpu":
        lower_priority()
    run_dir = _wait_for_order() if options.spare else options.run_dir
    if run_dir is None:
        parser.error("name the folder of a run, or give --spare")
    # As Ctrl-C does: what was begun is written down as interrupted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run = Run(run_dir.absolute())
    status = work(run, slot=options.slot)
    _hand_on(Workspace(run.directory.parent.parent))
    return status


def work(run: Run, *, slot: str) -> int:
    """Train a waiting run; do nothing when it does not wait, or when another worker has it.

    Returns:
        Exit status of the process: 0, or 1 when the training failed.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(run.hold())
        except RunError as error:
            print(error, flush=True)
            return 0
        status = run.written_status
        if status.state is not State.QUEUED:
            print(f"Run {run.id} does not wait to be trained ({status.state}).", flush=True)
            return 0
        began = time.time() - max(status.seconds, run.history["seconds"].sum())  # counting earlier work
        state, message = _train_in_slot(run, slot)
        _write_end(run, state, message, seconds=time.time() - began)
        if state is State.DONE:  # it is never resumed, and of a large network they take gigabytes
            shutil.rmtree(run.checkpoints_dir, ignore_errors=True)
        return 1 if state is State.FAILED else 0


def _hand_on(workspace: Workspace) -> None:
    """See to it that the next waiting run is started, also when whoever minded the queue has gone."""
    from core.jobs.queue import queued_runs  # noqa: PLC0415 - nothing that a training needs
    from core.jobs.supervisor import ensure_supervised, is_minded  # noqa: PLC0415

    if queued_runs(workspace) and not is_minded(workspace):
        ensure_supervised(workspace)


def _train_in_slot(run: Run, slot: str) -> tuple[State, str]:
    """Train when the slot, or each of several, is free; returns how it ended."""
    workspace = Workspace(run.directory.parent.parent)
    should_stop = _watch_for_cancel(run)

    def on_wait(holder: str | None) -> bool:
        message = f"Waits for {holder or 'another run'} to finish (1 before it)."
        if run.written_status.message != message:
            run.update_status(message=message)
        return should_stop()

    try:
        with hold_slots(workspace, slot.split(","), run_id=run.id, on_wait=on_wait) as is_mine:
            if not is_mine or should_stop():
                return State.CANCELLED, WAS_CANCELLED
            started = run.written_status.started or time.time()
            run.update_status(state=State.RUNNING, message="", phase="preparing", started=started)
            return _train(workspace, run, should_stop)
    except KeyboardInterrupt:
        return State.INTERRUPTED, WAS_ENDED
    except RegroupError as error:
        _log_error()
        return State.FAILED, str(error)
    except Exception as error:  # whatever happens in a library must end up on the Runs page
        _log_error()
        return State.FAILED, _explain(error, run)


def _train(workspace: Workspace, run: Run, should_stop: Callable[[], bool]) -> tuple[State, str]:
    # TensorFlow takes seconds to import: by now the run shows that it has a worker.
    from core.training.trainer import TrainingCancelled, train  # noqa: PLC0415

    try:
        train(workspace, run, should_stop=should_stop)
    except TrainingCancelled:
        return State.CANCELLED, WAS_CANCELLED
    return State.DONE, ""


def _watch_for_cancel(run: Run) -> Callable[[], bool]:
    """Return a function that is cheap to call after every step."""
    last_look = -LOOK_S
    is_wanted = False

    def should_stop() -> bool:
        nonlocal last_look, is_wanted
        now = time.monotonic()
        if not is_wanted and now - last_look >= LOOK_S:
            last_look = now
            is_wanted = run.cancel_path.exists()
        return is_wanted

    return should_stop


def _log_error() -> None:
    with contextlib.suppress(OSError):  # the log, too, may be on the disk that is full
        traceback.print_exc()


def _explain(error: Exception, run: Run) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The disk of {run.directory} is full; free some space, then resume the run."
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return f"The training ran out of memory; train again with {less_memory(run.config)}."
    text = " ".join(str(error).split())[:300]
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"The training stopped because of an unexpected error ({what}). The log has the details."


def _write_end(run: Run, state: State, message: str, *, seconds: float) -> None:
    """Write how the run ended, even when the disk has no room left for a new file."""
    changes = {
        "state": state,
        "message": message,
        "phase": "",
        "seconds_left": None,
        "images_per_second": None,
        "finished": time.time(),
        "seconds": seconds,
    }
    try:
        run.update_status(**changes)
    except WorkspaceError:
        _overwrite_status(run, run.written_status.model_copy(update=changes))
    run.cancel_path.unlink(missing_ok=True)


def _overwrite_status(run: Run, status: RunStatus) -> None:
    """Write over the blocks that the file has already; a reader may for a moment see half of it."""
    content = json.dumps(status.model_dump(mode="json"), ensure_ascii=False).encode()
    with (run.directory / "status.json").open("r+b") as file:
        file.write(content)
        file.truncate()


def _wait_for_order() -> Path:
    """Get everything ready, then return the folder named on standard input."""
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    from core.training.trainer import warm_up  # noqa: PLC0415 - imports TensorFlow, which only a spare does early

    warm_up()
    run_dir = Path(orders.get())
    _redirect_output(Run(run_dir).log_path)
    return run_dir


def _listen(orders: "queue.SimpleQueue[str]") -> None:
    """Pass on the one line of standard input; without one the parent is gone, and so is this process."""
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        os._exit(0)  # the main thread may be in the middle of importing TensorFlow
    orders.put(line)


def _redirect_output(path: Path) -> None:
    """Send standard output and error to a file, and let go of standard input."""
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


def lower_priority() -> None:
    """Let other processes go before this one; where the system does not allow that, nothing happens."""
    process = psutil.Process()
    with contextlib.suppress(psutil.Error, OSError):
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else NICENESS)
    with contextlib.suppress(OSError):
        # Desktop Linux shares the CPU among sessions first, and a worker has a session of its own.
        Path("/proc/self/autogroup").write_text(str(NICENESS))


if __name__ == "__main__":
    sys.exit(main())

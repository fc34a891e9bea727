"""Short work with TensorFlow in a process of its own: one request in JSON, then progress and one result.

The process is ``core.training.errand``'s side of the talk; it ends with this one, however this one ends.
"""

import contextlib
import json
import queue
import subprocess
import tempfile
import threading
from typing import IO, Any

from core.datasets.own_process import own_process
from core.datasets.parallel import Progress, progress_of_part
from core.errors import RunError
from core.jobs.workers import ENVIRONMENT, how_it_ended

LOOK_S = 0.1  # seconds between two calls of progress while the process is silent
START = {"doing": "Starting TensorFlow", "unit": "steps", "done": 0, "total": 0}
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}


def run_errand(
    module: str,
    request: dict[str, Any],
    *,
    what: str,
    environment: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Have a module do its work in a process of its own; returns its result.

    Args:
        module: Its dotted name; it calls ``core.training.errand.answer``.
        request: What it is asked, as JSON takes it.
        what: For messages, such as ``"The dry run"``.
        environment: Variables to set for it.
        progress: Called often; what it raises ends the process at once.

    Raises:
        RunError: It refused, with the sentence that it gave, or it died.
    """
    variables = {**ENVIRONMENT, **QUIET, **(environment or {})}
    with (
        tempfile.TemporaryFile() as errors,
        own_process(module, errors=errors, environment=variables) as process,
    ):
        lines = _send(process, request)
        told: dict[str, Any] = dict(START)
        while (line := _next(lines)) is not None:
            if line:
                told |= json.loads(line)
            part = progress_of_part(progress, told["doing"], unit=told["unit"])
            if part is not None:
                part(told["done"], told["total"])
        process.wait()
        if "result" in told:
            return dict(told["result"])
        raise RunError(told.get("error") or _why(what, process.returncode, errors))


def _send(process: subprocess.Popen[bytes], request: dict[str, Any]) -> "queue.SimpleQueue[bytes | None]":
    """Hand over the request; return the queue of the lines that come back, None being the end."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def listen() -> None:
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed meanwhile
            for line in stdout:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=listen, name="errand lines", daemon=True).start()
    with contextlib.suppress(BrokenPipeError):  # it has died, which its exit status tells
        stdin.write(json.dumps(request).encode() + b"\n")
        stdin.flush()
    return lines


def _next(lines: "queue.SimpleQueue[bytes | None]") -> bytes | None:
    """Return the next line, nothing when none came for a moment, None at the end."""
    try:
        return lines.get(timeout=LOOK_S)
    except queue.Empty:
        return b""


def _why(what: str, returncode: int, errors: IO[bytes]) -> str:
    errors.seek(0)
    last = (errors.read().decode(errors="replace").strip().splitlines() or ["it left no word"])[-1][:200]
    return f"{what} ended {how_it_ended(returncode)} ({last}); close other programs, then try again."

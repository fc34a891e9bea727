"""Short work with TensorFlow in a process of its own: one request in JSON, then progress and one result.

The process is ``core.training.errand``'s side of the talk; it ends with this one, however this one ends.
"""

import json
import tempfile
from typing import IO, Any

from core.datasets.own_process import converse, last_words, own_process
from core.datasets.parallel import Progress, progress_of_part
from core.errors import RunError
from core.jobs.workers import ENVIRONMENT, how_it_ended

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
        told: dict[str, Any] = dict(START)
        for line in converse(process, json.dumps(request).encode() + b"\n"):
            if line:
                told |= json.loads(line)
            part = progress_of_part(progress, told["doing"], unit=told["unit"])
            if part is not None:
                part(told["done"], told["total"])
        if "result" in told:
            return dict(told["result"])
        raise RunError(told.get("error") or _why(what, process.returncode, errors))


def _why(what: str, returncode: int, errors: IO[bytes]) -> str:
    reason = f"{how_it_ended(returncode)} ({last_words(errors)})"
    return f"{what} ended {reason}; close other programs, then try again."

"""The far side of ``core.jobs.errands``: a request on standard input, JSON lines on standard output.

What libraries print to standard output goes to standard error instead. The process ends when its standard
input does, since then nobody waits for the answer any more.
"""

import errno
import json
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from core.errors import RegroupError
from core.training.worker import lower_priority

NO_SPACE = "No space left on device"  # as TensorFlow's writers have it


class Tell(Protocol):
    """Tells the one who waits how far the work is."""

    def __call__(self, doing: str, done: int = 0, total: int = 0, *, unit: str = "steps") -> None:
        """Tell that ``done`` of ``total`` units of a part of the work are done; a total of 0 is not known."""


def answer(work: Callable[[dict[str, Any], Tell], dict[str, Any]], *, too_large: str) -> int:
    """Do what standard input asks for, and print the result or the sentence of a refusal.

    Args:
        work: Called with the request and a function to tell progress with; the request's
            ``scratch_dir``, where it has one, is deleted when nobody waits any more.
        too_large: What a user can do when memory runs out, such as ``"choose a smaller batch size"``.

    Returns:
        Exit status of the process: 0, or 1 when there is no result.
    """
    request = json.loads(sys.stdin.readline() or "null")
    if request is None:
        return 1
    threading.Thread(target=_watch, args=(request.get("scratch_dir"),), daemon=True).start()
    if request.get("is_nice", True):
        lower_priority()
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**told: Any) -> None:
        print(json.dumps(told), file=output, flush=True)

    def tell(doing: str, done: int = 0, total: int = 0, *, unit: str = "steps") -> None:
        say(doing=doing, done=done, total=total, unit=unit)

    try:
        say(result=work(request, tell))
    except RegroupError as error:
        say(error=str(error))
    except Exception as error:  # whatever happens in a library must become a sentence
        traceback.print_exc()
        say(error=explain(error, too_large))
    else:
        return 0
    return 1


def explain(error: Exception, too_large: str) -> str:
    """Return an error of a library as a sentence.

    >>> explain(MemoryError(), "choose a smaller batch size")
    'Memory ran out; choose a smaller batch size.'
    >>> explain(OSError(28, "No space left on device", "net.onnx"), "")
    "The disk is full ([Errno 28] No space left on device: 'net.onnx'); free some space, then try again."
    """
    text = " ".join(str(error).split())
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or NO_SPACE in text:
        return f"The disk is full ({text[:200]}); free some space, then try again."
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return f"Memory ran out; {too_large}."
    what = f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
    return f"It stopped because of an unexpected error ({what}); please report it with the settings used."


def _watch(scratch_dir: str | None) -> None:
    """End this process with the one that asked, and leave nothing half-made."""
    while os.read(0, 1024):  # not sys.stdin, whose lock a waiting thread would keep at the end of Python
        pass
    if scratch_dir is not None:
        shutil.rmtree(Path(scratch_dir), ignore_errors=True)
    os._exit(1)  # the main thread may be anywhere in TensorFlow

"""What runs in the helper process: its start, its end with the server, and the one function it is sent.

Importing this module imports no TensorFlow; calling it does.
"""

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from core.errors import ExplainError

NICENESS = 5  # a training is not held up, a picture still comes soon
PARENT_CHECK_S = 1.0


def start(parent_pid: int) -> None:
    """Prepare a new helper: it ends with its parent, yields to others, and has TensorFlow imported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the server, which ends this
    threading.Thread(target=_end_with, args=(parent_pid,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with _quiet_stderr():
        importlib.import_module("core.explain.cam")
        importlib.import_module("keras").ops.zeros(1)  # the first operation looks for devices and prints


def answer(task: str, path: Path, file_time: int, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Load a network and call one function of this package on it.

    Args:
        task: Module and function below ``core.explain``, such as ``"cam.compute_cam"``.
        path: The network's ``.keras`` file.
        file_time: When the file was written, nanoseconds.
        arguments: Positional arguments after the network.
        options: Keyword arguments.

    Raises:
        ModelError: The network cannot be read, or does not have what was asked for.
        ExplainError: Memory ran out, or TensorFlow could not compute it.
    """
    from tensorflow.errors import OpError  # noqa: PLC0415 - the server imports this module too

    from core.explain.loading import load_model  # noqa: PLC0415

    try:
        return _find(task)(load_model(path, file_time), *arguments, **options)
    except (MemoryError, OpError) as error:
        load_model.cache_clear()
        raise ExplainError(
            f"{path.parent.name} could not be looked into ({type(error).__name__}); "
            f"choose a smaller network or image, or wait until a training is over and there is more memory."
        ) from None  # an error of TensorFlow cannot travel to a process without it


def answer_without_network(task: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Call one function of this package that needs no network, named as for ``answer``.

    Raises:
        ExplainError: Memory ran out, or TensorFlow could not compute it.
    """
    from tensorflow.errors import OpError  # noqa: PLC0415 - the server imports this module too

    try:
        return _find(task)(*arguments, **options)
    except (MemoryError, OpError) as error:
        raise ExplainError(
            f"This could not be computed ({type(error).__name__}); "
            f"choose a smaller image size, or wait until a training is over and there is more memory."
        ) from None  # an error of TensorFlow cannot travel to a process without it


def ready() -> int:
    """Return the process id; an answer means that the helper has started."""
    return os.getpid()


def _find(task: str) -> Callable[..., Any]:
    module, _, function = task.partition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"core.explain.{module}"), function)
    return found


def _end_with(parent_pid: int) -> None:
    """End this process soon after its parent, however the parent ended: loky alone would leave it behind."""
    while os.getppid() == parent_pid and psutil.pid_exists(parent_pid):
        time.sleep(PARENT_CHECK_S)
    os._exit(1)


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send what TensorFlow's native code prints on its import to nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)

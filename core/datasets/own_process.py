"""Python modules of ours in processes of their own, spoken to by their standard input and output."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

LOOK_S = 0.1  # seconds without a line after which who waits may look around
MAX_LAST_WORDS = 200  # characters
SOURCE_DIR = Path(__file__).parents[2]  # the folder that holds the package ``core``
ENVIRONMENT = {
    "PYTHONWARNINGS": "ignore",
    "PYTHONIOENCODING": "utf-8",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning are slow beside a training
}


@contextlib.contextmanager
def own_process(
    module: str,
    *arguments: str,
    errors: IO[bytes] | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module as a script; it is killed at the end of the block, if it still runs.

    Args:
        module: Its dotted name; its standard input ends when this process dies.
        arguments: Of its command line.
        errors: Where its standard error goes; None: nowhere.
        environment: Variables to set for it.
    """
    paths = [str(SOURCE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    # -P: a module in the current folder must not shadow a library.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if errors is None else errors,
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths), **(environment or {})},
        **apart,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()


def converse(process: subprocess.Popen[bytes], *messages: bytes | memoryview) -> Iterator[bytes]:
    """Send messages, then yield each line that comes back, and nothing whenever none came for a moment.

    It ends, and the process has ended, when no more can come.
    """
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def listen() -> None:
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed meanwhile
            for line in stdout:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=listen, name="lines of a process", daemon=True).start()
    with contextlib.suppress(BrokenPipeError):  # it has died, which its exit status tells
        for message in messages:
            stdin.write(message)
        stdin.flush()
    while True:
        try:
            line = lines.get(timeout=LOOK_S)
        except queue.Empty:
            yield b""
            continue
        if line is None:
            break
        yield line
    process.wait()


def last_words(errors: IO[bytes]) -> str:
    """Return the last line that a process wrote to its standard error."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:MAX_LAST_WORDS] if lines else "it left no word"

"""The bytes of an image file, read once and with few system calls."""

import os
import stat
from pathlib import Path

from core.datasets.images.decoding import UnreadableError

MAX_FILE_BYTES = 1 << 30
# Not every system has the flags: bytes as they are, and a pipe is not waited for.
READ_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def read_bytes(path: Path | str) -> bytes:
    """Return the content of a regular file of sensible size.

    Raises:
        UnreadableError: It cannot be opened, is something else than a file, or is too large.
    """
    try:
        handle = os.open(path, READ_FLAGS)  # Path and buffered file would double the time of reading
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise UnreadableError("It is not a regular file; replace it by a copy of the image.")
            if facts.st_size > MAX_FILE_BYTES:
                raise UnreadableError(
                    f"The file has {facts.st_size / 1e9:.1f} GB, more than 1; make it smaller."
                )
            content = os.read(handle, facts.st_size)
            while len(content) < facts.st_size and (rest := os.read(handle, facts.st_size - len(content))):
                content += rest
            return content
        finally:
            os.close(handle)
    except OSError as error:
        raise UnreadableError(
            f"The file cannot be opened ({error.strerror or error}); check that it is there and readable."
        ) from error

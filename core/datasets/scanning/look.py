"""One look at one image: its numbers, a small square and a thumbnail; many files in two processes.

Threads would wait for Python's lock between the many short steps of a look: on two cores they gain a quarter,
two processes nearly double the speed and leave the lock to the pages. They import this module, see
``look_worker``; hence it imports little.
"""

import contextlib
import pickle
import queue
import subprocess
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from core.datasets.images.decoding import UnreadableError, decode
from core.datasets.images.encoding import PACKED_SIZE, encode_thumbnail
from core.datasets.images.file_bytes import read_bytes
from core.datasets.own_process import own_process
from core.datasets.parallel import NUM_THREADS, Progress, map_images
from core.datasets.scanning.quality import measure_pixels
from core.errors import DatasetError

MODULE = "core.datasets.scanning.look_worker"
CHUNK_SIZE = 64  # files asked for together


class Look(NamedTuple):
    """What one look at an image tells.

    Attributes:
        numbers: As ``quality.PixelFacts.numbers``.
        num_bytes: Of the file or the pixels.
        square: RGB, uint8, shape ``(32, 32, 3)``.
        thumbnail: JPEG; None where it is not needed.
    """

    numbers: tuple[float, ...]
    num_bytes: int
    square: np.ndarray
    thumbnail: bytes | None


def look_at_pixels(pixels: np.ndarray, num_bytes: int, *, thumbnail: bool) -> Look:
    """Return what the pixels of an image tell, RGB, uint8, shape ``(height, width, 3)``."""
    facts = measure_pixels(pixels)
    jpeg = encode_thumbnail(facts.small, PACKED_SIZE) if thumbnail else None
    return Look(facts.numbers, num_bytes, facts.square, jpeg)


def look_at_file(path: str) -> Look | None:
    """Return what the pixels of a file tell; None when it cannot be read."""
    try:
        content = read_bytes(path)
        return look_at_pixels(decode(content).pixels, len(content), thumbnail=True)
    except UnreadableError:
        return None


def look_at_files(paths: Sequence[str], *, progress: Progress | None = None) -> Iterator[Look | None]:
    """Yield what each file tells, in order, looked at in two processes.

    Args:
        paths: Full paths.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: A process ended, as when memory ran out.
    """
    chunks = [paths[start : start + CHUNK_SIZE] for start in range(0, len(paths), CHUNK_SIZE)]

    def tell(done: int, _total: int) -> None:
        if progress is not None:
            progress(min(done * CHUNK_SIZE, len(paths)), len(paths))

    with contextlib.ExitStack() as stack:
        idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        for _ in range(NUM_THREADS):
            idle.put(stack.enter_context(own_process(MODULE)))

        def ask(chunk: Sequence[str]) -> list[Look | None]:
            process = idle.get()
            try:
                return _ask(process, chunk)
            finally:
                idle.put(process)

        for looks in map_images(ask, chunks, progress=tell, chunk_size=1):
            yield from looks


def _ask(process: subprocess.Popen[bytes], chunk: Sequence[str]) -> list[Look | None]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("The process has no pipes.")
    try:
        pickle.dump(list(chunk), process.stdin)
        process.stdin.flush()
        looks: list[Look | None] = pickle.load(process.stdout)
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        raise DatasetError(
            f"A process that looked at images ended between {chunk[0]} and {chunk[-1]}; free some memory and "
            f"scan again, or exclude these images."
        ) from error
    return looks

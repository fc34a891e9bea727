"""Work on many images in two threads, in chunks, with progress and a clean stop."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from core.datasets.images.decoding import opencv

NUM_THREADS = 2  # decoding frees Python's lock; more threads would starve the pages on a small machine
CHUNK_SIZE = 64  # images a task: large enough to hide its cost, small enough to stop soon
MAX_AHEAD = 6  # tasks: results wait in memory until they are asked for

Progress = Callable[[int, int], None]  # called with (done, total); what it raises stops the work
Item = TypeVar("Item")
Result = TypeVar("Result")


def progress_of_part(progress: Progress | None, doing: str, *, unit: str = "images") -> Progress | None:
    """Return a progress function for one part of the work, such as a download before the images are read.

    Args:
        progress: The whole work's. Where it has a method ``part(doing, unit)``, as that of a
            ``BackgroundJob`` has, the part is told by its name; else this function itself is returned.
        doing: What is being done in this part, such as ``"Downloading mnist.npz"``.
        unit: What is counted in it, such as ``"bytes"``.
    """
    begin = getattr(progress, "part", None)
    return progress if begin is None else begin(doing, unit)


def map_images(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    progress: Progress | None = None,
    chunk_size: int = CHUNK_SIZE,
) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in order, computed in two threads.

    Args:
        function: Called in a thread.
        items: What to work on.
        progress: Called in the caller's thread with (done, total); what it raises stops the work.
        chunk_size: Items a task; fewer where a single one takes long.
    """
    opencv()  # imported here once rather than in two threads at the same moment
    executor = ThreadPoolExecutor(NUM_THREADS, thread_name_prefix="images")
    waiting: deque[Future[list[Result]]] = deque()
    try:
        done = 0
        for start in range(0, len(items), chunk_size):
            waiting.append(executor.submit(_map_chunk, function, items[start : start + chunk_size]))
            while len(waiting) >= MAX_AHEAD or (waiting and start + chunk_size >= len(items)):
                results = waiting.popleft().result()
                yield from results
                done += len(results)
                if progress is not None:
                    progress(done, len(items))
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _map_chunk(function: Callable[[Item], Result], chunk: Sequence[Item]) -> list[Result]:
    return [function(item) for item in chunk]

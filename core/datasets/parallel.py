"""Work on many images in two threads, in chunks, with progress and a clean stop."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

NUM_THREADS = 2  # decoding frees Python's lock; more threads would starve the pages on a small machine
CHUNK_SIZE = 64  # images a task: large enough to hide its cost, small enough to stop at once

Progress = Callable[[int, int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")


def map_images(
    function: Callable[[Item], Result], items: Sequence[Item], *, progress: Progress | None = None
) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in order, computed in two threads.

    Args:
        function: Called in a thread; OpenCV runs single-threaded meanwhile.
        items: What to work on.
        progress: Called in the caller's thread with (done, total); what it raises stops the work.
    """
    import cv2  # noqa: PLC0415

    cv2.setNumThreads(1)
    chunks = [items[start : start + CHUNK_SIZE] for start in range(0, len(items), CHUNK_SIZE)]
    executor = ThreadPoolExecutor(NUM_THREADS, thread_name_prefix="images")
    try:
        done = 0
        for results in executor.map(lambda chunk: [function(item) for item in chunk], chunks):
            yield from results
            done += len(results)
            if progress is not None:
                progress(done, len(items))
    finally:
        executor.shutdown(wait=True, cancel_futures=True)

"""Work on many images in two threads, in chunks, with progress and a clean stop."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from core.datasets.decoding import opencv

NUM_THREADS = 2  # decoding frees Python's lock; more threads would starve the pages on a small machine
CHUNK_SIZE = 64  # images a task: large enough to hide its cost, small enough to stop soon
MAX_AHEAD = 6  # tasks: results wait in memory until they are asked for

Progress = Callable[[int, int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")


def map_images(
    function: Callable[[Item], Result], items: Sequence[Item], *, progress: Progress | None = None
) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in order, computed in two threads.

    Args:
        function: Called in a thread.
        items: What to work on.
        progress: Called in the caller's thread with (done, total); what it raises stops the work.
    """
    opencv()  # imported here once rather than in two threads at the same moment
    executor = ThreadPoolExecutor(NUM_THREADS, thread_name_prefix="images")
    waiting: deque[Future[list[Result]]] = deque()
    try:
        done = 0
        for start in range(0, len(items), CHUNK_SIZE):
            waiting.append(executor.submit(_map_chunk, function, items[start : start + CHUNK_SIZE]))
            while len(waiting) >= MAX_AHEAD or (waiting and start + CHUNK_SIZE >= len(items)):
                results = waiting.popleft().result()
                yield from results
                done += len(results)
                if progress is not None:
                    progress(done, len(items))
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _map_chunk(function: Callable[[Item], Result], chunk: Sequence[Item]) -> list[Result]:
    return [function(item) for item in chunk]

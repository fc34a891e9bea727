"""Many images in two threads, in order."""

import threading

import pytest

from core.datasets.parallel import CHUNK_SIZE, MAX_AHEAD, map_images


@pytest.mark.parametrize("count", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, 10 * CHUNK_SIZE + 7])
def test_results_come_in_order(count):
    assert list(map_images(lambda item: item * 2, range(count))) == [item * 2 for item in range(count)]


def test_an_error_in_a_thread_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(map_images(lambda item: 1 // item, [1, 0, 2]))


def test_nothing_is_worked_on_far_ahead_of_the_reader():
    seen: set[int] = set()
    lock = threading.Lock()

    def note(item: int) -> int:
        with lock:
            seen.add(item)
        return item

    results = map_images(note, range(100 * CHUNK_SIZE))
    assert next(results) == 0
    results.close()
    assert len(seen) <= MAX_AHEAD * CHUNK_SIZE

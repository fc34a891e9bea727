"""Long work in a thread, so that a page can show how far it is and stop it: adding, scanning, exporting."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from core.datasets.parallel import Progress
from core.errors import DatasetError

STOPPED = "It was stopped; nothing half-made was kept. Start it again when you like."
Result = TypeVar("Result")


class BackgroundJob(Generic[Result]):
    """One piece of work in a thread of its own.

    Attributes:
        title: What is being done, for the page, such as ``"Adding birds"``.
        done: Items (mostly images) done so far.
        total: Items to do; 0 until that is known.
    """

    def __init__(self, title: str, work: Callable[[Progress], Result]) -> None:
        """Start.

        Args:
            title: For the page.
            work: Called in the thread with a function that it calls with (done, total) from time to time, and
                that raises DatasetError once the job was asked to stop.
        """
        self.title = title
        self.done = self.total = 0
        self._first_look: float | None = None
        self._asked_to_stop = threading.Event()
        self._future: Future[Result] = Future()
        threading.Thread(target=self._run, args=(work,), name=title, daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor failed."""
        return not self._future.done()

    @property
    def seconds_left(self) -> float | None:
        """Estimated remaining time; None until there is something to estimate from."""
        if self._first_look is None or not self.done:
            return None
        return (time.monotonic() - self._first_look) / self.done * (self.total - self.done)

    def stop(self) -> None:
        """Ask it to end soon; nothing half-made will be kept."""
        self._asked_to_stop.set()

    def result(self, timeout_s: float | None = None) -> Result:
        """Return what the work returned, waiting for it.

        Raises:
            DatasetError: It was refused or stopped.
            TimeoutError: It has not ended in time.
        """
        return self._future.result(timeout_s)

    def _run(self, work: Callable[[Progress], Result]) -> None:
        try:
            self._future.set_result(work(self._note))
        except BaseException as error:  # handed on whole to who asks for the result
            self._future.set_exception(error)

    def _note(self, done: int, total: int) -> None:
        if self._asked_to_stop.is_set():
            raise DatasetError(STOPPED)
        self._first_look = self._first_look or time.monotonic()
        self.done, self.total = done, total

"""Long work in a thread, so that a page can show how far it is and stop it: adding, scanning, exporting."""

import functools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from core.datasets.parallel import Progress
from core.errors import StoppedError

STOPPED = "It was stopped; nothing half-made was kept. Start it again when you like."
Result = TypeVar("Result")


class BackgroundJob(Generic[Result]):
    """One piece of work in a thread of its own.

    Attributes:
        title: What is being done, for the page, such as ``"Adding birds"``.
        doing: The part of the work that is under way, such as ``"Downloading mnist.npz"``; empty: all of it.
        unit: What is counted in that part, such as ``"bytes"``; empty: what is counted in all of it.
        done: Items (mostly images) of the part done so far.
        total: Items of the part to do; 0 until that is known.
    """

    def __init__(self, title: str, work: Callable[[Progress], Result]) -> None:
        """Start.

        Args:
            title: For the page.
            work: Called in the thread with a function that it calls with (done, total) from time to time, and
                that raises StoppedError once the job was asked to stop.
        """
        self.title = title
        self.doing = self.unit = ""
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
        """Estimated remaining time of this part; None until there is something to estimate from."""
        first_look, done, total = self._first_look, self.done, self.total
        if first_look is None or not done or done > total:
            return None
        return (time.monotonic() - first_look) / done * (total - done)

    def stop(self) -> None:
        """Ask it to end soon; nothing half-made will be kept."""
        self._asked_to_stop.set()

    def result(self, timeout_s: float | None = None) -> Result:
        """Return what the work returned, waiting for it.

        Raises:
            DatasetError: It was refused; ``StoppedError`` when it was stopped.
            TimeoutError: It has not ended in time.
        """
        return self._future.result(timeout_s)

    def _run(self, work: Callable[[Progress], Result]) -> None:
        try:
            self._future.set_result(work(_Teller(self)))
        except BaseException as error:  # handed on whole to who asks for the result
            self._future.set_exception(error)

    def note(self, doing: str, unit: str, done: int, total: int) -> None:
        """Write down how far a part of the work is; called by the work.

        Raises:
            StoppedError: The job was asked to stop.
        """
        if self._asked_to_stop.is_set():
            raise StoppedError(STOPPED)
        if doing != self.doing or self._first_look is None:
            self._first_look = time.monotonic()
        self.doing, self.unit, self.done, self.total = doing, unit, done, total


class _Teller:
    """The progress function that the work gets."""

    def __init__(self, job: BackgroundJob[Any]) -> None:
        self._job = job

    def __call__(self, done: int, total: int) -> None:
        self._job.note("", "", done, total)

    def part(self, doing: str, unit: str) -> Progress:
        return functools.partial(self._job.note, doing, unit)

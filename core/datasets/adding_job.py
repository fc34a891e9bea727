"""Add a dataset in a thread, so that a page can show how far it is and stop it."""

import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from core.datasets.adding import add_dataset
from core.datasets.dataset import Dataset
from core.errors import DatasetError
from core.workspace import Workspace

STOPPED = "Adding was stopped; nothing was kept. Start it again when you like."


class AddingJob:
    """One dataset being added.

    Attributes:
        source: What is being added.
        done: Images looked at so far.
        total: Images to look at; 0 until they have been listed.
    """

    def __init__(self, workspace: Workspace, source: Path | str, **options: Any) -> None:
        """Start; ``options`` are those of ``add_dataset``."""
        self.source = str(source)
        self.done = self.total = 0
        self._first_look: float | None = None
        self._asked_to_stop = threading.Event()
        self._future: Future[Dataset] = Future()
        threading.Thread(
            target=self._work, args=(workspace, source, options), name="adding", daemon=True
        ).start()

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
        """Ask it to end soon; nothing will be kept."""
        self._asked_to_stop.set()

    def result(self, timeout_s: float | None = None) -> Dataset:
        """Return the dataset, waiting for it.

        Raises:
            DatasetError: It was refused or stopped.
            TimeoutError: It has not ended in time.
        """
        return self._future.result(timeout_s)

    def _work(self, workspace: Workspace, source: Path | str, options: dict[str, Any]) -> None:
        try:
            self._future.set_result(add_dataset(workspace, source, progress=self._note, **options))
        except BaseException as error:  # handed on whole to who asks for the result
            self._future.set_exception(error)

    def _note(self, done: int, total: int) -> None:
        if self._asked_to_stop.is_set():
            raise DatasetError(STOPPED)
        self._first_look = self._first_look or time.monotonic()
        self.done, self.total = done, total

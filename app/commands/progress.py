"""How far a command is, on one line of the terminal; nothing where the output is no terminal."""

import functools
import sys
import time
from types import TracebackType
from typing import Self

from core.datasets.parallel import Progress
from core.words import how_much

REDRAW_S = 0.1  # seconds between two changes of the line


class ProgressLine:
    """The progress function of a command, used in a ``with`` block, after which its line is gone."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._next_look = 0.0
        self._width = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear the line."""
        self._write("")

    def __call__(self, done: int, total: int) -> None:
        """Tell how many images are done."""
        self._tell("Reading", "images", done, total)

    def part(self, doing: str, unit: str) -> Progress:
        """Return the progress function of a part of the work, see ``core.datasets.parallel``."""
        return functools.partial(self._tell, doing, unit)

    def _tell(self, doing: str, unit: str, done: int, total: int) -> None:
        if not self._is_shown or (time.monotonic() < self._next_look and done != total):
            return
        self._next_look = time.monotonic() + REDRAW_S
        self._write(f"{doing}: {how_much(done, total, unit)}")

    def _write(self, text: str) -> None:
        if self._is_shown:
            print(f"\r{text:<{self._width}}", end="" if text else "\r", file=sys.stderr, flush=True)
            self._width = len(text)

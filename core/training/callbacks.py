"""While Keras trains: progress is written into the run's folder, and a wish to stop is obeyed."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import keras

from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.run import Run

WRITE_EVERY_S = 0.25  # seconds between two writes of the status
MAX_WRITE_SHARE = 0.02  # of the time; on a slow disk the status is written less often
PACE_S = 5.0  # seconds over which images a second are counted


class TrainingCancelled(Exception):
    """Somebody wanted the training to stop; the run can be resumed after its last full epoch."""


class Progress(keras.callbacks.Callback):
    """Tells how a run gets on, at most four times a second, and stops it on request.

    Attributes:
        epoch: Epochs completed.
        step: Steps completed in the current epoch.
    """

    def __init__(self, run: Run, config: RunConfig, *, should_stop: Callable[[], bool]) -> None:
        super().__init__()
        self.epoch = 0
        self.step = 0
        self._run = run
        self._config = config
        self._should_stop = should_stop
        self._steps_per_epoch = 0
        self._steps_timed = -1  # the first step includes compiling and is not timed
        self._timed_from = 0.0
        self._next_write = 0.0
        self._marks: deque[tuple[float, int]] = deque()  # of this epoch: time, and steps completed by then
        self._remarks = ""
        self._pass_from: float | None = None

    @property
    def images_per_second(self) -> float | None:
        """Training images a second over the last seconds of this epoch; None before its first ones."""
        if len(self._marks) < 2 or self._marks[-1][0] <= self._marks[0][0]:
            return None
        (first, steps_then), (last, steps) = self._marks[0], self._marks[-1]
        return (steps - steps_then) * self._config.batch_size / (last - first)

    def remark(self, sentence: str) -> None:
        """Say something that the user should know of this run, in its log and as its message."""
        print(sentence, flush=True)
        self._remarks = f"{self._remarks} {sentence}".strip()
        self._write(now=True, message=self._remarks)

    def check(self) -> None:
        """Stop when that is wanted.

        Raises:
            TrainingCancelled: It is.
        """
        if self._should_stop():
            raise TrainingCancelled(f"Run {self._run.id} was asked to stop.")

    def reading(self, done: int, total: int) -> None:
        """Images have been decoded, which happens once for each dataset and image size."""
        self.check()
        self._write(
            message=f"Reading images at {self._config.image_size.words} pixels: {done:,} of {total:,}."
        )

    def computing(self, done: int, total: int) -> None:
        """Images have gone through the frozen layers, which happens once."""
        self.check()
        now = time.monotonic()
        if self._pass_from is None:
            self._pass_from, left = now, ""
        else:
            left = f"; {math.ceil((now - self._pass_from) / done * (total - done))} s left"
        message = f"Frozen layers see each image once: {done:,} of {total:,} images{left}. {self._remarks}"
        self._write(message=message.strip())

    def begin(self, *, epoch: int, steps_per_epoch: int) -> None:
        """Everything is ready for the first step after ``epoch`` full epochs, which includes compiling."""
        self.check()
        self.epoch, self._steps_per_epoch = epoch, steps_per_epoch
        message = "The network is being compiled."
        self._write(now=True, message=message, epoch=epoch, steps_per_epoch=steps_per_epoch)

    def finish_epoch(self, epoch: int, best_epoch: int) -> None:
        """An epoch is complete and can be resumed from."""
        self.epoch, self.step = epoch, 0
        self._write(now=True, epoch=epoch, step=0, best_epoch=best_epoch, seconds_left=self._seconds_left())

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras: an epoch begins."""
        self.step = 0
        self._marks.clear()
        if self._steps_timed >= 0:
            self._marks.append((time.monotonic(), 0))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras: a step is done; ``logs`` holds the means of the epoch so far.

        Raises:
            RunError: The loss is not a number any more.
            TrainingCancelled: Somebody wants to stop.
        """
        self.advance(1, (logs or {}).get("loss", 0.0))

    def advance(self, num_steps: int, loss: float) -> None:
        """So many steps more are done; ``loss`` is the mean of the epoch so far.

        Raises:
            RunError: The loss is not a number any more.
            TrainingCancelled: Somebody wants to stop.
        """
        self.check()
        check_loss(loss, self._config)
        self.step += num_steps
        is_first, self._steps_timed = self._steps_timed < 0, self._steps_timed + num_steps
        now = time.monotonic()
        self._marks.append((now, self.step))
        while len(self._marks) > 2 and self._marks[1][0] <= now - PACE_S:
            self._marks.popleft()
        if is_first:
            self._steps_timed = 0
            self._write_first_step()
        else:
            changes: dict[str, Any] = {"step": self.step, "seconds_left": self._seconds_left()}
            if self.images_per_second is not None:
                changes["images_per_second"] = self.images_per_second
            self._write(**changes)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras: a batch of validation is done."""
        self.check()

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras: a batch of the final evaluation is done."""
        self.check()

    def _write_first_step(self) -> None:
        first_step = self._run.written_status.first_step or time.time()
        self._write(now=True, phase="training", message=self._remarks, step=self.step, first_step=first_step)
        self._timed_from = time.monotonic()

    def _seconds_left(self) -> float | None:
        """Remaining time at the mean pace so far, in which validation is included after the first epoch."""
        if self._steps_timed < 1:
            return None
        pace = (time.monotonic() - self._timed_from) / self._steps_timed
        return pace * ((self._config.epochs - self.epoch) * self._steps_per_epoch - self.step)

    def _write(self, *, now: bool = False, **changes: object) -> None:
        began = time.monotonic()
        if now or began >= self._next_write:
            self._run.update_status(**changes)
            ended = time.monotonic()
            self._next_write = ended + max(WRITE_EVERY_S, (ended - began) / MAX_WRITE_SHARE)


def check_loss(loss: float, config: RunConfig) -> None:
    """Refuse a loss that is not a finite number.

    Raises:
        RunError: It is not.
    """
    if not math.isfinite(loss):
        raise RunError(
            f"The loss became {loss} with learning rate {config.learning_rate:g} and optimizer "
            f"{config.optimizer}; lower the learning rate and train again."
        )

"""The network of a run in two parts, where its frozen layers end; and which of its states is the best.

Training changes the second part alone, so this is what checkpoints hold, whether or not the first part is
passed through in each epoch. The first is written once.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from core.errors import RunError
from core.models.freezing import Split
from core.runs.best import find_best_epoch
from core.runs.run import Run
from core.training.checkpoints import load_values, restore, save_best, save_values, values_of

FROZEN_FILE = "frozen.npz"  # beside the checkpoints: what the frozen layers hold
BEST_FILE = "best.npz"  # beside the checkpoints: what the others held in the best epoch
BEST_EVERY_S = 5.0  # seconds between two writes of best.keras while a frozen network's head is trained


@dataclass
class Network:
    """A network and its two parts, which share its layers.

    Attributes:
        model: From images to probabilities.
        split: Its frozen beginning, if any, and the rest.
        trained: Which of them is compiled: the whole, or on features the rest.
    """

    model: keras.Model
    split: Split
    trained: keras.Model

    @property
    def is_partial(self) -> bool:
        """Whether it begins with frozen layers, so that a part of it is all that changes."""
        return self.split.prefix is not None

    @property
    def changing(self) -> list[keras.Variable]:
        """Variables of the part that training changes: weights, running means, state of random numbers."""
        return self.split.suffix.variables

    @property
    def variables(self) -> list[keras.Variable]:
        """``changing``, and the variables of the optimizer."""
        return [*self.changing, *self.trained.optimizer.variables]

    def keep_frozen(self, directory: Path) -> None:
        """Write what the frozen layers hold beside the checkpoints.

        Raises:
            WorkspaceError: The disk is full or the folder cannot be written.
        """
        if self.split.prefix is not None:
            save_values(directory / FROZEN_FILE, values_of(self.split.prefix.variables))

    def restore_frozen(self, directory: Path) -> None:
        """Give the frozen layers what they held when the run was begun.

        Raises:
            RunError: The file is missing, damaged or of another network.
        """
        if self.split.prefix is not None:
            values = load_values(directory / FROZEN_FILE)
            restore(self.split.prefix.variables, values or [], model=self.model.name)


class BestModel:
    """Keeps the network of the best epoch.

    ``best.keras`` holds it whole. Writing it takes as long as many epochs of a small head on kept features:
    of a network with frozen layers the rest is written down at once, and ``best.keras`` every few seconds
    and in the end.
    """

    def __init__(self, run: Run, network: Network) -> None:
        self._run, self._network, self._rule = run, network, run.config.best_epoch
        self._values: list[np.ndarray] = []
        self._is_written = True
        self._next_write = time.monotonic() + BEST_EVERY_S

    def resume(self, history: pd.DataFrame) -> None:
        """Go on after the epochs in ``history``, the network being as after the last of them.

        Raises:
            RunError: What was kept of the best epoch is gone or damaged.
        """
        best = find_best_epoch(history, self._rule)
        if best == len(history):
            self.keep(history)  # a kill may have come between checkpoint and best epoch
        elif self._network.is_partial:
            path = self._run.checkpoints_dir / BEST_FILE
            values = load_values(path, epoch=best)
            if values is None:
                raise RunError(
                    f"The best epoch of run {self._run.id}, {path}, is gone; "
                    f"delete the run and train it again."
                )
            self._values, self._is_written = values, False

    def keep(self, history: pd.DataFrame) -> None:
        """Keep the network as it is now if the last epoch is the best.

        Raises:
            WorkspaceError: The disk is full or the folder cannot be written.
        """
        epoch = len(history)
        if not epoch or find_best_epoch(history, self._rule) != epoch:
            return
        if not self._network.is_partial:
            save_best(self._run.model_path, self._network.model)
            return
        self._values, self._is_written = values_of(self._network.changing), False
        save_values(self._run.checkpoints_dir / BEST_FILE, self._values, epoch=epoch)
        if time.monotonic() >= self._next_write:
            self.write()
            self._next_write = time.monotonic() + BEST_EVERY_S

    def write(self) -> None:
        """Bring ``best.keras`` up to date.

        Raises:
            WorkspaceError: The disk is full or the folder cannot be written.
        """
        if self._is_written:
            return
        now = values_of(self._network.changing)
        self._put(self._values)
        save_best(self._run.model_path, self._network.model)
        self._put(now)
        self._is_written = True

    def load(self) -> keras.Model:
        """Return the network of the best epoch; the parts of a frozen one are as they were then, too."""
        if not self._network.is_partial:
            return keras.models.load_model(self._run.model_path)
        self.write()
        self._put(self._values)
        return self._network.model

    def _put(self, values: list[np.ndarray]) -> None:
        restore(self._network.changing, values, model=self._network.model.name)

"""Learning-rate range test: train a few steps with ever larger rates, and look where the loss falls fastest.

Source: Smith (2015), Cyclical Learning Rates for Training Neural Networks, https://arxiv.org/abs/1506.01186.
As in https://sgugger.github.io/how-do-you-find-a-good-learning-rate.html the rate grows exponentially, the
loss is smoothed, and the end is where it has become four times its least.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

LEAST_RATE, LARGEST_RATE = 1e-7, 10.0
NUM_STEPS = 100
DIVERGED = 4.0  # times the least smoothed loss
MOMENTUM = 0.8  # of the mean that notices the divergence
SMOOTH_STEPS = 3.0  # standard deviation of the window in which the drawn curve is a mean
LEAST_FALL = 0.05  # of the loss at the beginning; a smaller fall is taken for chance


class Suggestion(NamedTuple):
    """What the curve says.

    Attributes:
        rate: A learning rate to begin with; None where the loss did not fall.
        reason: One sentence.
    """

    rate: float | None
    reason: str


def rate_range(num_steps: int = NUM_STEPS) -> np.ndarray:
    """Return the rate of each step, float64, shape ``(num_steps,)``, growing by the same factor each time.

    >>> rate_range(9).round(7).tolist()
    [1e-07, 1e-06, 1e-05, 0.0001, 0.001, 0.01, 0.1, 1.0, 10.0]
    """
    return np.geomspace(LEAST_RATE, LARGEST_RATE, num_steps)


class LossOfSteps(keras.callbacks.Callback):
    """Writes down the loss of each single step, and stops when it diverges.

    Attributes:
        losses: One number a step, without those that are no number.
    """

    def __init__(self, tell: Callable[[int], None]) -> None:
        """Begin.

        Args:
            tell: Called with the number of steps done.
        """
        super().__init__()
        self.losses: list[float] = []
        self._tell = tell
        self._mean = 0.0
        self._least = math.inf

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras: a step begins; what it tells at its end is a mean since the metrics were reset."""
        self.model.reset_metrics()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras: a step is done."""
        loss = float((logs or {})["loss"])
        if not math.isfinite(loss):
            self.model.stop_training = True
            return
        self.losses.append(loss)
        self._tell(len(self.losses))
        self._mean = MOMENTUM * self._mean + (1 - MOMENTUM) * loss
        smoothed = self._mean / (1 - MOMENTUM ** len(self.losses))
        self._least = min(self._least, smoothed)
        if smoothed > DIVERGED * self._least:
            self.model.stop_training = True


def smooth_losses(losses: np.ndarray) -> np.ndarray:
    """Return a mean over neighboring steps, weighted by a bell curve, which shifts nothing to the right.

    Args:
        losses: One number a step, shape ``(num_steps,)``.

    >>> smooth_losses(np.ones(5)).round(6).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    steps = np.arange(len(losses))
    weights = np.exp(-(((steps[:, None] - steps) / SMOOTH_STEPS) ** 2) / 2)
    return np.asarray(weights @ losses / weights.sum(axis=1))


def suggest_rate(rates: np.ndarray, losses: np.ndarray) -> Suggestion:
    """Return the rate at which the smoothed loss falls most steeply, before its least value.

    Args:
        rates: Rate of each step, shape ``(num_steps,)``, evenly spaced in their logarithm.
        losses: Smoothed, shape ``(num_steps,)``.

    >>> suggest_rate(np.array([1e-4, 1e-3, 1e-2, 1e-1]), np.array([2.0, 1.9, 1.0, 0.9])).rate
    0.001
    """
    if len(losses) < 3:
        return Suggestion(None, "The loss was no number almost at once; look at the data and the settings.")
    least = int(losses.argmin())
    if losses[0] - losses[least] < LEAST_FALL * abs(losses[0]):
        return Suggestion(
            None,
            f"The loss did not fall at any rate from {rates[0]:.0e} to {rates[-1]:.0e}; "
            f"look at the data, the frozen layers and the batch size.",
        )
    falls = -np.diff(losses[: least + 1])
    rate = float(f"{rates[int(falls.argmax())]:.2g}")
    return Suggestion(
        rate,
        f"The loss falls fastest at a learning rate of about {rate:g} and is least at {rates[least]:.1g}, "
        f"after which it grows: begin with the first, or less.",
    )

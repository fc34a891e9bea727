"""The learning rates of ``core.runs.schedules`` as what an optimizer asks in each of its steps."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from core.runs.config import RunConfig
from core.runs.schedules import epoch_rates


class EpochRates(keras.optimizers.schedules.LearningRateSchedule):
    """The rates of one epoch, looked up by the optimizer's own count of steps.

    The graph of a training step stays the same from epoch to epoch, however many steps it runs at once.

    Attributes:
        last: The rate of the epoch's last step.
    """

    def __init__(self, config: RunConfig, num_steps: int) -> None:
        """Begin with the rates of the first epoch.

        Args:
            config: The run's settings.
            num_steps: Steps in an epoch.
        """
        super().__init__()
        self._config = config
        rates = epoch_rates(config, 1, num_steps)
        self.last = float(rates[-1])
        self._rates = tf.Variable(rates, dtype=tf.float32, trainable=False)
        self._first_step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._optimizer: keras.optimizers.Optimizer | None = None

    def follow(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Name the optimizer whose steps are counted."""
        self._optimizer = optimizer

    def start_epoch(self, epoch: int, history: pd.DataFrame | None = None) -> None:
        """Set the rates of an epoch, counted from 1, which begins with the optimizer's next step.

        Args:
            epoch: Counted from 1.
            history: The epochs before it, columns as ``Run.history``.
        """
        self.set(epoch_rates(self._config, epoch, int(self._rates.shape[0]), history))

    def set(self, rates: np.ndarray) -> None:
        """Set the rates of the optimizer's next steps, shape ``(num_steps,)``."""
        self.last = float(rates[-1])
        self._rates.assign(rates)
        if self._optimizer is not None:
            self._first_step.assign(keras.ops.convert_to_numpy(self._optimizer.iterations))

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Return the rate of a step of the optimizer, float32; after the last one, the last."""
        position = tf.cast(step, tf.int64) - self._first_step
        return tf.gather(self._rates, tf.clip_by_value(position, 0, self._rates.shape[0] - 1))

    def get_config(self) -> dict[str, float]:
        """Return what Keras writes into a file with an optimizer: the rate now."""
        return {"learning_rate": self.last}

"""The epochs of a training: on images as they stream in, or on features held in memory.

Both take the same steps in the same order, so that a run learns the same either way.
"""

import time
from collections.abc import Callable
from typing import Protocol

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from core.runs.config import RunConfig
from core.runs.run import HISTORY_COLUMNS
from core.training import pipeline
from core.training.callbacks import Progress, check_loss
from core.training.pipeline import Samples, TrainingBatches, view_of_epoch, weigh_samples
from core.training.prefix.plan import Features
from core.training.sampling import count_steps, epoch_order

CHUNK_S = 0.2  # seconds of steps in one call of the graph: what a wish to stop may have to wait
EVALUATION_VALUES = 4_000_000  # of features in a batch without gradients
MAX_EVALUATION_BATCH = 512  # images


class Epochs(Protocol):
    """The epochs of a run."""

    num_steps: int

    def run(self, epoch: int) -> dict[str, float]:
        """Train one epoch, counted from 1, and validate; returns loss and metrics as Keras names them."""


class StreamedEpochs:
    """Epochs in which Keras takes each batch as it is read: images, or features too large for memory."""

    def __init__(
        self, model: keras.Model, batches: TrainingBatches, val_batches: tf.data.Dataset, progress: Progress
    ) -> None:
        """Prepare.

        Args:
            model: Compiled.
            batches: To learn from.
            val_batches: To validate with.
            progress: Told of every step.
        """
        self.num_steps = batches.num_steps
        self._model, self._batches, self._val_batches = model, batches, val_batches
        self._progress = progress

    def run(self, epoch: int) -> dict[str, float]:
        """Train one epoch and validate."""
        self._batches.start_epoch(epoch)
        history = self._model.fit(
            self._batches.dataset,
            validation_data=self._val_batches,
            callbacks=[self._progress],
            verbose=0,
            initial_epoch=epoch - 1,
            epochs=epoch,
            shuffle=False,  # the batches are shuffled already
        ).history
        return {name: float(values[0]) for name, values in history.items()}


class HeldEpochs:
    """Epochs on features in memory, many steps in each call of the graph.

    A step of a small head takes 0.2 ms, of which Keras' own loop would make several: here a loop inside the
    graph takes Keras' training steps one after the other.
    """

    def __init__(
        self, model: keras.Model, config: RunConfig, splits: dict[str, Samples], *, features: Features,
        progress: Progress,
    ) -> None:  # fmt: skip
        """Prepare.

        Args:
            model: From features to probabilities, compiled.
            config: The run's settings.
            splits: The labels of ``train`` and ``val``.
            features: Of both.
            progress: Told of every call.
        """
        self._model, self._config, self._features, self._progress = model, config, features, progress
        self._train, self._val = splits["train"], splits["val"]
        self.num_steps = count_steps(config, self._train.num_samples)
        weights = weigh_samples(config, self._train)
        columns = [self._train.labels, *([] if weights is None else [weights])]
        self._columns = [tf.constant(column) for column in columns]
        self._view, self._held = -1, tf.zeros(0)
        self._num_at_once = 1  # steps; the first one compiles
        step = tf.function(model.train_step, jit_compile=model.jit_compile, autograph=False)
        self._steps = tf.function(lambda *told: self._take_steps(step, *told), autograph=False)
        self._val_batches = self._prepare_validation()
        specs = [
            tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in (features.val, self._val.labels)
        ]
        self._validate = tf.function(
            lambda *batch: model.test_step(batch), input_signature=specs, autograph=False
        )

    def run(self, epoch: int) -> dict[str, float]:
        """Train one epoch and validate."""
        self._progress.on_epoch_begin(epoch - 1)
        self._hold(epoch)
        order = tf.constant(epoch_order(self._config, self._train.labels, epoch))
        self._model.reset_metrics()
        done = 0
        while done < self.num_steps:
            began = time.monotonic()
            num_steps = min(self._num_at_once, self.num_steps - done)
            loss = float(self._steps(self._held, order, tf.constant(done), tf.constant(done + num_steps)))
            pace = max(time.monotonic() - began, 1e-6) / num_steps
            self._num_at_once = max(1, int(CHUNK_S / pace))
            done += num_steps
            self._progress.advance(num_steps, loss)
        logs = self._results("")
        self._model.reset_metrics()
        for batch in self._val_batches:
            self._validate(*batch)
            self._progress.check()
        return logs | self._results("val_")

    def _take_steps(
        self, step: Callable, held: tf.Tensor, order: tf.Tensor, first: tf.Tensor, end: tf.Tensor
    ) -> tf.Tensor:
        """Take the steps from ``first`` to before ``end`` of an epoch; returns its mean loss so far."""
        size = self._config.batch_size

        def take(number: tf.Tensor) -> tuple[tf.Tensor]:
            positions = order[number * size : (number + 1) * size]
            batch = tf.cast(tf.gather(held, positions), self._model.input.dtype)
            step((batch, *(tf.gather(column, positions) for column in self._columns)))
            return (number + 1,)

        tf.while_loop(lambda number: number < end, take, (first,), parallel_iterations=1)
        return self._model.get_metrics_result()["loss"]

    def _hold(self, epoch: int) -> None:
        """Bring the view of an epoch into memory, once where there is a single one."""
        view = (view_of_epoch(self._config, epoch) - 1) % len(self._features.train)
        if view != self._view:
            self._held = tf.zeros(0)  # two of them might not fit
            self._held, self._view = tf.constant(np.asarray(self._features.train[view])), view

    def _prepare_validation(self) -> list[tuple[tf.Tensor, tf.Tensor]]:
        features, labels = self._features.val, self._val.labels
        size = max(self._config.batch_size, feature_batch(features))
        starts = range(0, len(labels), size)
        return [(tf.constant(features[i : i + size]), tf.constant(labels[i : i + size])) for i in starts]

    def _results(self, prefix: str) -> dict[str, float]:
        return {prefix + name: float(value) for name, value in self._model.get_metrics_result().items()}


def choose_epochs(
    model: keras.Model, config: RunConfig, splits: dict[str, Samples], *, features: Features | None,
    progress: Progress,
) -> Epochs:  # fmt: skip
    """Return the epochs of a run: on images without features, else on these, in memory where they fit.

    Args:
        model: Compiled; from images or from features to probabilities.
        config: The run's settings.
        splits: The images of ``train`` and ``val``.
        features: What the frozen layers make of them.
        progress: Told of every step.
    """
    train, val = splits["train"], splits["val"]
    if features is None:
        val_batches = pipeline.evaluation_batches(val, config.batch_size)
        return StreamedEpochs(model, TrainingBatches(train, config), val_batches, progress)
    num_bytes = max(array.nbytes for array in features.train) + features.val.nbytes
    if config.num_devices == 1 and num_bytes <= pipeline.MEMORY_LIMIT:
        return HeldEpochs(model, config, splits, features=features, progress=progress)
    batches = TrainingBatches(train, config, features=features.train)
    size = max(config.batch_size, feature_batch(features.val))
    return StreamedEpochs(model, batches, pipeline.feature_batches(features.val, val.labels, size), progress)


def feature_batch(features: np.ndarray) -> int:
    """Return how many images' features are evaluated at once."""
    num_values = max(1, int(np.prod(features.shape[1:])))
    return max(1, min(EVALUATION_VALUES // num_values, MAX_EVALUATION_BATCH))


def describe_epoch(
    config: RunConfig, epoch: int, logs: dict[str, float], *, learning_rate: float, progress: Progress
) -> dict[str, float]:
    """Return the row of an epoch in the history, but for its seconds.

    Raises:
        RunError: The validation loss is not a number.
    """
    check_loss(logs["val_loss"], config)
    row = {"epoch": epoch, **logs, "learning_rate": learning_rate}
    row["images_per_second"] = progress.images_per_second or np.nan
    return {name: row[name] for name in dict.fromkeys([*HISTORY_COLUMNS, *row]) if name in row}


def extend(history: pd.DataFrame, row: dict[str, float]) -> pd.DataFrame:
    """Return a history with one epoch more."""
    return pd.concat([history, pd.DataFrame([row])], ignore_index=True)

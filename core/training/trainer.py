"""Training of one run, from its settings to predictions of its best epoch.

``train`` is all that a worker calls. Stopped at any moment, it goes on after the last full epoch as if it
had never stopped: same order and augmentation of images, same random numbers, optimizer and early stopping.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.editing.edits import load_edits
from core.datasets.images.pixels import load_pixels
from core.datasets.store import load_dataset
from core.errors import RunError
from core.models.architectures.small_cnn import build_small_cnn
from core.models.registry import build_model
from core.predictions import Predictions, save_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, State
from core.training.callbacks import Progress, TrainingCancelled, check_loss
from core.training.checkpoints import (
    has_checkpoint,
    load_checkpoint,
    restore,
    save_best,
    save_checkpoint,
)
from core.training.environment import prepare_devices, write_environment
from core.training.pipeline import (
    Samples,
    TrainingBatches,
    check_trainable,
    evaluation_batches,
    select_samples,
)
from core.workspace import Workspace

__all__ = ["TrainingCancelled", "compile_model", "predict_samples", "train", "warm_up"]

SGD_MOMENTUM = 0.9
METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")  # of an epoch, as Keras names them


def train(workspace: Workspace, run: Run, *, should_stop: Callable[[], bool]) -> None:
    """Train a run, or go on after its last full epoch; the caller holds the run's lock.

    Writes status, history, checkpoints, ``best.keras``, the predictions of the best epoch on validation and
    test, and ``environment.json``. How the run ended is for the caller to write.

    Args:
        workspace: Where the dataset is.
        run: The run.
        should_stop: Asked after every step and batch; must be quick.

    Raises:
        TrainingCancelled: ``should_stop`` said so; nothing of the last full epoch is lost.
        DatasetError: The dataset is unknown, cannot be read or cannot be learned from.
        ModelError: The network cannot be built.
        RunError: The loss became infinite, or the run's files do not fit its dataset any more.
    """
    config = run.config
    run.update_status(state=State.RUNNING, phase="preparing", message="", step=0)
    progress = Progress(run, config, should_stop=should_stop)
    progress.check()
    prepare_devices()
    dataset = load_dataset(workspace, config.dataset)
    _check_version(run, dataset, run.dataset_version if has_checkpoint(run.checkpoints_dir) else None)
    write_environment(run.directory, dataset_version=dataset.version)
    check_trainable(dataset, config)
    pixels = load_pixels(workspace, dataset, config.resizing, progress=progress.reading)
    splits = {split: select_samples(dataset, config, pixels, split) for split in ("train", "val", "test")}
    history = _fit(run, dataset, splits, progress=progress)
    run.update_status(phase="evaluating", step=0, seconds_left=None)
    _predict(run, [splits["val"], splits["test"]], progress)
    run.update_status(best_epoch=find_best_epoch(history))


def compile_model(model: keras.Model, config: RunConfig) -> None:
    """Give a model the optimizer of a run, cross-entropy as loss and accuracy as metric."""
    optimizers = {
        "adam": keras.optimizers.Adam(config.learning_rate),
        "rmsprop": keras.optimizers.RMSprop(config.learning_rate),
        "sgd": keras.optimizers.SGD(config.learning_rate, momentum=SGD_MOMENTUM),
    }
    model.compile(
        optimizer=optimizers[config.optimizer],
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling by XLA takes seconds, more than a small network's whole epoch
    )
    # Otherwise Keras makes the variables of optimizer and metrics in the first step, and traces it twice.
    model.optimizer.build(model.trainable_variables)
    y_true, probs = np.zeros(1, np.int64), np.full((1, model.output_shape[-1]), 0.5, np.float32)
    model.compute_loss(y=y_true, y_pred=probs)
    model.compute_metrics(None, y_true, probs)
    model.reset_metrics()


def predict_samples(
    model: keras.Model, samples: Samples, *, callbacks: list[keras.callbacks.Callback] | None = None
) -> Predictions:
    """Return what a model says about the images of one split, in one batched pass."""
    probs = np.zeros((0, len(samples.class_names)), np.float32)
    if samples.num_samples:
        probs = model.predict(evaluation_batches(samples), verbose=0, callbacks=callbacks)
    return Predictions(samples.split, samples.class_names, samples.labels, probs, samples.sample_ids)


def find_best_epoch(history: pd.DataFrame) -> int:
    """Return the first epoch of the lowest validation loss, counted from 1; 0 before the first.

    >>> find_best_epoch(pd.DataFrame({"epoch": [1, 2, 3], "val_loss": [0.5, 0.25, 0.25]}))
    2
    """
    return int(history["epoch"].iloc[history["val_loss"].argmin()]) if len(history) else 0


def warm_up() -> None:
    """Train, save, load and ask a tiny network once, so that the next one starts without lazy imports."""
    config = RunConfig.make(dataset="none", image_size=8, batch_size=2)
    samples = Samples("train", ("a", "b"), np.arange(4), np.arange(4) % 2, np.zeros((4, 8, 8, 3), np.uint8))
    prepare_devices()
    model = build_small_cnn(config.image_size, 2)
    compile_model(model, config)
    batches = TrainingBatches(samples, config.batch_size, seed=0)
    model.fit(batches.dataset, validation_data=evaluation_batches(samples), verbose=0, shuffle=False)
    with tempfile.TemporaryDirectory() as folder:
        save_best(Path(folder) / "best.keras", model)
        predict_samples(keras.models.load_model(Path(folder) / "best.keras"), samples)


def _fit(run: Run, dataset: Dataset, splits: dict[str, Samples], *, progress: Progress) -> pd.DataFrame:
    """Train all epochs that are left; returns the history of all epochs."""
    config = run.config
    model, history = _build_or_restore(run, dataset, len(splits["train"].class_names))
    batches = TrainingBatches(
        splits["train"], config.batch_size, seed=config.seed, augmentation=config.augmentation
    )
    val_batches = evaluation_batches(splits["val"], config.batch_size)
    progress.begin(epoch=len(history), steps_per_epoch=batches.num_steps)
    while len(history) < config.epochs and not _is_stuck(history, config.patience):
        began = time.monotonic()
        epoch = len(history) + 1
        batches.start_epoch(epoch)
        logs = model.fit(
            batches.dataset,
            validation_data=val_batches,
            callbacks=[progress],
            verbose=0,
            initial_epoch=epoch - 1,
            epochs=epoch,
            shuffle=False,  # the batches are shuffled already
        ).history
        check_loss(logs["val_loss"][0], config)
        row = {"epoch": epoch, **{name: logs[name][0] for name in METRICS}}
        row |= {"learning_rate": float(model.optimizer.learning_rate), "seconds": time.monotonic() - began}
        history = pd.concat([history, pd.DataFrame([row])], ignore_index=True)
        _keep_epoch(run, model, history, dataset.version)
        progress.finish_epoch(epoch, find_best_epoch(history))
    return history


def _check_version(run: Run, dataset: Dataset, begun_with: str | None) -> None:
    """Refuse to resume a run on another version of its dataset than it was begun with; None: on none yet."""
    if begun_with is None or begun_with == dataset.version:
        return
    remedy = f"go back to version {begun_with} in the dataset's history, or train a new run"
    raise RunError(
        f"Dataset {dataset.name!r} has changed since run {run.id} was begun, so that it cannot be resumed; "
        f"{remedy if dataset.folder is not None and load_edits(dataset.folder).steps else 'train a new run'}."
    )


def _build_or_restore(run: Run, dataset: Dataset, num_classes: int) -> tuple[keras.Model, pd.DataFrame]:
    """Return the compiled model and the history that the run begins with, or goes on with."""
    config = run.config
    checkpoint = load_checkpoint(run.checkpoints_dir)
    _check_version(run, dataset, checkpoint.dataset_version if checkpoint is not None else None)
    keras.utils.set_random_seed(config.seed)
    model = build_model(config, num_classes, load_weights=checkpoint is None)
    compile_model(model, config)
    if checkpoint is None:
        run.write_history(pd.DataFrame(columns=run.history.columns))
        return model, pd.DataFrame()
    restore(model, checkpoint)
    history = checkpoint.history
    run.write_history(history)
    if find_best_epoch(history) == len(history):  # the kill may have come between the two files
        save_best(run.model_path, model)
    return model, history


def _keep_epoch(run: Run, model: keras.Model, history: pd.DataFrame, dataset_version: str) -> None:
    """Write down a full epoch: first what it can be resumed from, then what follows from that."""
    save_checkpoint(run.checkpoints_dir, model, history=history, dataset_version=dataset_version)
    if find_best_epoch(history) == len(history):
        save_best(run.model_path, model)
    run.write_history(history)
    row = history.iloc[-1]
    print(
        f"epoch {len(history)}/{run.config.epochs}: loss {row.loss:.4f}, accuracy {row.accuracy:.4f}, "
        f"val_loss {row.val_loss:.4f}, val_accuracy {row.val_accuracy:.4f}, {row.seconds:.1f} s",
        flush=True,
    )


def _is_stuck(history: pd.DataFrame, patience: int) -> bool:
    """Whether the last ``patience`` epochs brought no lower validation loss."""
    return bool(patience) and len(history) - find_best_epoch(history) >= patience


def _predict(run: Run, splits: list[Samples], progress: Progress) -> None:
    model = keras.models.load_model(run.model_path)
    for samples in splits:
        predictions = predict_samples(model, samples, callbacks=[progress])
        save_predictions(run.predictions_path(samples.split), predictions)

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
import tensorflow as tf

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.editing.edits import load_edits
from core.datasets.store import load_dataset
from core.errors import RunError, WorkspaceError
from core.models.freezing import split_at_cut
from core.models.registry import build_model
from core.predictions import Predictions, save_predictions
from core.runs.best import find_best_epoch, is_stuck
from core.runs.config import RunConfig
from core.runs.run import Run, State
from core.training.callbacks import Progress, TrainingCancelled
from core.training.checkpoints import Checkpoint, load_checkpoint, restore, save_best, save_checkpoint
from core.training.environment import computing, prepare_devices, write_environment
from core.training.fitting import choose_epochs, describe_epoch, extend, feature_batch
from core.training.network import BestModel, Network
from core.training.occluded import check_same_shown, open_shown
from core.training.optimization import compile_model
from core.training.pipeline import (
    Samples,
    TrainingBatches,
    check_trainable,
    evaluation_batches,
    feature_batches,
    select_samples,
)
from core.training.pixel_stats import needed_stats
from core.training.prefix.features import prepare_features
from core.training.prefix.plan import Features, uses_features
from core.training.sampling import count_steps
from core.workspace import Workspace

__all__ = ["TrainingCancelled", "predict_samples", "train", "warm_up"]


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
    with computing(config) as strategy:
        dataset = load_dataset(workspace, config.dataset)
        checkpoint = load_checkpoint(run.checkpoints_dir)
        _check_version(run, dataset, checkpoint)
        write_environment(run.directory, dataset_version=dataset.version, config=config)
        check_trainable(dataset, config)
        shown = open_shown(workspace, dataset, config, progress=progress.reading)
        check_same_shown(run, shown, is_resumed=checkpoint is not None)
        for reason in shown.reasons:
            progress.remark(reason)
        splits = {split: select_samples(dataset, config, shown.pixels[split], split) for split in SPLITS}
        with strategy.scope():
            network = _build(workspace, run, splits["train"], is_new=checkpoint is None)
        features = _prepare_features(workspace, config, network, splits, shown.keys, progress=progress)
        training = _Training(run, dataset, network, features)
        with strategy.scope():
            training.begin(checkpoint, num_steps=count_steps(config, splits["train"].num_samples))
        del checkpoint  # of a large network it takes gigabytes
        training.fit(splits, progress)
        run.update_status(phase="evaluating", step=0, seconds_left=None, images_per_second=None)
        training.predict([splits["val"], splits["test"]], progress)


def predict_samples(
    model: keras.Model,
    samples: Samples,
    *,
    features: np.ndarray | None = None,
    callbacks: list[keras.callbacks.Callback] | None = None,
) -> Predictions:
    """Return what a model says about the images of one split, in one batched pass.

    Args:
        model: From images to probabilities, or from their features.
        samples: The images.
        features: Of the images, shape ``(num_samples, ...)``, where the model begins with these.
        callbacks: Of Keras.
    """
    probs = np.zeros((0, len(samples.class_names)), np.float32)
    if samples.num_samples:
        batches = evaluation_batches(samples) if features is None else _batches_of(features)
        probs = model.predict(batches, verbose=0, callbacks=callbacks)
    return Predictions(samples.split, samples.class_names, samples.labels, probs, samples.sample_ids)


def warm_up() -> None:
    """Train, save, load and ask a tiny network once, so that the next one starts without lazy imports."""
    config = RunConfig.make(dataset="none", image_size=8, batch_size=2)
    samples = Samples("train", ("a", "b"), np.arange(4), np.arange(4) % 2, np.zeros((4, 8, 8, 3), np.uint8))
    prepare_devices()
    model = build_model(config, 2)
    compile_model(model, config, num_steps=2)
    batches = TrainingBatches(samples, config)
    model.fit(batches.dataset, validation_data=evaluation_batches(samples), verbose=0, shuffle=False)
    with tempfile.TemporaryDirectory() as folder:
        save_best(Path(folder) / "best.keras", model)
        predict_samples(keras.models.load_model(Path(folder) / "best.keras"), samples)


class _Training:
    """One run being trained: its network, its history and what is kept of both."""

    def __init__(self, run: Run, dataset: Dataset, network: Network, features: Features | None) -> None:
        self._run, self._config, self._dataset = run, run.config, dataset
        self._network, self._features = network, features
        self._best = BestModel(run, network)
        self._history = pd.DataFrame()

    def begin(self, checkpoint: Checkpoint | None, *, num_steps: int) -> None:
        """Compile what is trained, and bring it to where the run stopped."""
        run, network = self._run, self._network
        if self._features is not None:
            network.trained = network.split.suffix
        self._rates = compile_model(network.trained, self._config, num_steps=num_steps)
        if checkpoint is None:
            network.keep_frozen(run.checkpoints_dir)
            run.write_history(pd.DataFrame(columns=run.history.columns))
            return
        restore(network.variables, checkpoint.variables, model=network.model.name)
        self._history = checkpoint.history
        run.write_history(self._history)
        self._best.resume(self._history)

    def fit(self, splits: dict[str, Samples], progress: Progress) -> None:
        """Train all epochs that are left."""
        config = self._config
        epochs = choose_epochs(
            self._network.trained, config, splits, features=self._features, progress=progress
        )
        progress.begin(epoch=len(self._history), steps_per_epoch=epochs.num_steps)
        try:
            while len(self._history) < config.epochs and not is_stuck(self._history, config):
                began = time.monotonic()
                epoch = len(self._history) + 1
                self._rates.start_epoch(epoch, self._history)
                logs = epochs.run(epoch)
                row = describe_epoch(config, epoch, logs, learning_rate=self._rates.last, progress=progress)
                self._history = extend(self._history, row | {"seconds": time.monotonic() - began})
                self._keep_epoch()
                progress.finish_epoch(epoch, find_best_epoch(self._history, config.best_epoch))
        except (TrainingCancelled, KeyboardInterrupt, RunError):
            self._best.write()
            raise

    def predict(self, splits: list[Samples], progress: Progress) -> None:
        """Write what the network of the best epoch says of validation and test."""
        model = self._best.load()
        for samples in splits:
            features = None if self._features is None else getattr(self._features, samples.split)
            asked = model if features is None else self._network.split.suffix
            predictions = predict_samples(asked, samples, features=features, callbacks=[progress])
            save_predictions(self._run.predictions_path(samples.split), predictions)
        self._run.update_status(best_epoch=find_best_epoch(self._history, self._config.best_epoch))

    def _keep_epoch(self) -> None:
        """Write down a full epoch: first what it can be resumed from, then what follows from that."""
        run, history = self._run, self._history
        save_checkpoint(
            run.checkpoints_dir, self._network.variables, history=history,
            dataset_version=self._dataset.version,
        )  # fmt: skip
        self._best.keep(history)
        run.write_history(history)
        row = history.iloc[-1]
        print(
            f"epoch {len(history)}/{self._config.epochs}: loss {row.loss:.4f}, accuracy {row.accuracy:.4f}, "
            f"val_loss {row.val_loss:.4f}, val_accuracy {row.val_accuracy:.4f}, {row.seconds:.1f} s",
            flush=True,
        )


def _check_version(run: Run, dataset: Dataset, checkpoint: Checkpoint | None) -> None:
    """Refuse to resume a run on another version of its dataset than it was begun with."""
    if checkpoint is None or checkpoint.dataset_version == dataset.version:
        return
    begun_with = checkpoint.dataset_version
    remedy = f"go back to version {begun_with} in the dataset's history, or train a new run"
    raise RunError(
        f"Dataset {dataset.name!r} has changed since run {run.id} was begun, so that it cannot be resumed; "
        f"{remedy if dataset.folder is not None and load_edits(dataset.folder).steps else 'train a new run'}."
    )


def _build(workspace: Workspace, run: Run, train: Samples, *, is_new: bool) -> Network:
    """Return the network with the weights that it begins with; a resumed one waits for its checkpoint."""
    config = run.config
    stats = needed_stats(config, train.pixels, train.sample_ids)
    keras.utils.set_random_seed(config.seed)
    model = build_model(
        config, len(train.class_names), load_weights=is_new, pixel_stats=stats, workspace=workspace
    )
    network = Network(model, split_at_cut(model, config), trained=model)
    if not is_new:
        network.restore_frozen(run.checkpoints_dir)
    return network


def _prepare_features(
    workspace: Workspace, config: RunConfig, network: Network, splits: dict[str, Samples],
    shown: dict[str, str], *, progress: Progress,
) -> Features | None:  # fmt: skip
    """Return what the frozen layers make of all images; None when each epoch goes through them."""
    prefix = network.split.prefix
    if prefix is None or not uses_features(config, network.split):
        return None
    try:
        return prepare_features(
            workspace, config, prefix, splits=splits, shown=shown, progress=progress.computing
        )
    except WorkspaceError as error:
        progress.remark(f"Frozen layers compute every image in every epoch, which is slow. {error}")
        return None


def _batches_of(features: np.ndarray) -> tf.data.Dataset:
    labels = np.zeros(len(features), np.int64)
    return feature_batches(features, labels, feature_batch(features)).map(lambda values, _: values)

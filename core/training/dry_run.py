"""A dry run: three batches through the pipeline, network and settings of a run, timed.

Only the images of these batches are decoded. They are shown in turn until a second has been measured, since
the first steps of a small network are too short to be timed one by one.
"""

import contextlib
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import keras
import numpy as np
import psutil
import tensorflow as tf

from core.datasets.store import load_dataset
from core.models.freezing import split_at_cut
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.training.environment import describe_device
from core.training.errand import Tell
from core.training.few_samples import read_few
from core.training.fitting import choose_epochs
from core.training.optimization import compile_model
from core.training.pipeline import MEMORY_LIMIT, Samples, check_trainable, select_samples
from core.training.pixel_stats import needed_stats
from core.training.prefix.features import feature_function
from core.training.prefix.plan import Features, list_views, uses_features
from core.training.sampling import count_steps
from core.training.trainer import predict_samples
from core.workspace import Workspace

NUM_BATCHES = 3
MEASURE_S = 1.0  # seconds of steps that are measured, when they are short
MAX_SHOWN = 200_000  # images, each counted as often as it is shown
MAX_STEPS = 5_000
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Parts:
    """What a run trains: the whole network on images, or what follows the frozen layers on features.

    Attributes:
        model: One or the other.
        features: Of the few images, float32, shape ``(num_images, ...)``; None with the whole network.
        seconds: To compute the features of one image.
    """

    model: keras.Model
    features: np.ndarray | None = None
    seconds: float = 0.0


def measure(
    workspace: Workspace, config: RunConfig, *, strategy: tf.distribute.Strategy, tell: Tell
) -> dict[str, Any]:
    """Return what ``core.jobs.trials.DryRun`` is made from.

    Raises:
        DatasetError: The dataset cannot be read or learned from.
        ModelError: The network cannot be built.
    """
    dataset = load_dataset(workspace, config.dataset)
    check_trainable(dataset, config)
    no_pixels = np.zeros((0, *config.image_size, 3), np.uint8)
    train, val, test = (
        select_samples(dataset, config, no_pixels, split) for split in ("train", "val", "test")
    )
    few, decode_s = read_few(workspace, dataset, config, train, num_batches=NUM_BATCHES, tell=tell)
    tell("Building the network", 0, NUM_BATCHES)
    stats = needed_stats(config, few.pixels, few.sample_ids)
    num_steps = count_steps(config, train.num_samples)
    with strategy.scope():
        model = build_model(config, len(few.class_names), pixel_stats=stats, workspace=workspace)
        parts = _choose_parts(model, config, few)
        compile_model(parts.model, config, num_steps=num_steps)
    first_loss = _first_loss(parts, few)
    first_step_s, step_s = _time_steps(parts, config, few, tell)
    tell("Validating", NUM_BATCHES, NUM_BATCHES)
    _, predict_s = _timed(lambda: predict_samples(parts.model, few, features=parts.features))
    predict_s /= few.num_samples
    num_passed = train.num_samples * len(list_views(config)) + val.num_samples + test.num_samples
    held = _held_bytes(parts, config, train) + _held_bytes(parts, config, val)
    return {
        "num_steps": num_steps,
        "num_batches": min(NUM_BATCHES, math.ceil(few.num_samples / config.batch_size)),
        "first_step_seconds": first_step_s,
        "step_seconds": step_s,
        "val_seconds": predict_s * val.num_samples,
        "test_seconds": predict_s * test.num_samples,
        "decode_seconds": decode_s * int(dataset.readable.sum()),
        "feature_seconds": parts.seconds * num_passed,
        "peak_memory": peak_memory() + held,
        "gpu_memory": _gpu_memory(),
        "first_loss": first_loss,
        "num_classes": len(few.class_names),
        "device": describe_device(),
    }


def peak_memory() -> int:
    """Return the most memory that this process has used so far, in bytes."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # noqa: PLC0415 - not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def _choose_parts(model: keras.Model, config: RunConfig, few: Samples) -> _Parts:
    split = split_at_cut(model, config)
    if split.prefix is None or not uses_features(config, split):
        return _Parts(model)
    compute = feature_function(split.prefix)
    chunks = np.array_split(few.pixels, min(NUM_BATCHES, few.num_samples))

    def pass_all() -> np.ndarray:
        return np.concatenate([np.asarray(compute(tf.constant(chunk))) for chunk in chunks])

    pass_all()  # compiles
    features, seconds = _timed(pass_all)
    return _Parts(split.suffix, features, seconds / few.num_samples)


def _first_loss(parts: _Parts, few: Samples) -> float:
    """Plain cross-entropy of the untrained network, without class weights and the like."""
    probs = predict_samples(parts.model, few, features=parts.features).probs
    chosen = probs[np.arange(few.num_samples), few.labels].astype(np.float64)
    return float(-np.log(np.maximum(chosen, keras.config.epsilon())).mean())


class _Enough(Exception):
    """Enough steps have been timed."""


class _StepTimes(keras.callbacks.Callback):
    """In place of ``core.training.callbacks.Progress``: notes when steps ended, and ends the epoch early."""

    images_per_second = None

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.ends: list[tuple[int, float]] = []  # steps done, and the time
        self._tell = tell

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.advance(1, 0.0)

    def advance(self, num_steps: int, loss: float) -> None:
        done = num_steps + (self.ends[-1][0] if self.ends else 0)
        self.ends.append((done, time.monotonic()))
        self._tell("Training a few batches", min(done, NUM_BATCHES), NUM_BATCHES, unit="batches")
        if done >= NUM_BATCHES and self.ends[-1][1] - self.ends[0][1] >= MEASURE_S:
            raise _Enough

    def check(self) -> None:
        return


def _time_steps(parts: _Parts, config: RunConfig, few: Samples, tell: Tell) -> tuple[float, float]:
    """Seconds of the first step, with compiling, and of each later one."""
    num_steps = min(MAX_STEPS, max(NUM_BATCHES, MAX_SHOWN // config.batch_size))
    config = config.model_copy(update={"steps_per_epoch": num_steps})
    features = None if parts.features is None else _as_features(parts.features, config)
    times = _StepTimes(tell)
    epochs: Any = choose_epochs(
        parts.model, config, {"train": few, "val": few}, features=features, progress=times
    )
    began = time.monotonic()
    with contextlib.suppress(_Enough):
        epochs.run(1)
    # The first batches were prepared while the first step was compiled.
    settled = times.ends[2:] if len(times.ends) > NUM_BATCHES + 1 else times.ends
    steps, seconds = np.subtract(settled[-1], settled[0])
    return times.ends[0][1] - began, float(seconds / steps)


def _as_features(features: np.ndarray, config: RunConfig) -> Features:
    kept = features.astype(config.cache_precision)
    return Features((kept,) * len(list_views(config)), features, features)


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.monotonic()
    result = work()
    return result, time.monotonic() - began


def _held_bytes(parts: _Parts, config: RunConfig, samples: Samples) -> int:
    """Pixels or features that a training holds in memory, beside what the few images here take."""
    per_image = config.image_size.num_pixels * 3
    if parts.features is not None:
        exact = samples.split != "train" or config.cache_precision == "float32"
        per_image = math.prod(parts.features.shape[1:]) * (4 if exact else 2)
    num_bytes = samples.num_samples * per_image
    return num_bytes if num_bytes <= MEMORY_LIMIT else 0


def _gpu_memory() -> int | None:
    if not tf.config.list_physical_devices("GPU"):
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])

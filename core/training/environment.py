"""On what and how a run is computed: devices, precision, XLA, exact repetition."""

import contextlib
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from core.errors import RunError
from core.runs.config import RunConfig
from core.workspace import write_json

TENSOR_CORES = (7, 0)  # CUDA compute capability from which on float16 is faster


def prepare_devices() -> None:
    """Let every GPU hand out its memory as it is needed, so that two processes can share one."""
    for gpu in tf.config.list_physical_devices("GPU"):
        # Once a GPU is in use TensorFlow refuses, and it has been set by then.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


@contextlib.contextmanager
def computing(config: RunConfig) -> Iterator[tf.distribute.Strategy]:
    """Compute as a run's settings say: seed, precision of the layers that are made, exact repetition.

    Seed and precision are those of this thread only, as in Keras; the precision of before comes back at the
    end. Exact repetition stays for the whole process: TensorFlow knows no way back.

    Yields:
        Within whose ``scope()`` the model is to be built and compiled. It shares each batch among several
        devices (https://www.tensorflow.org/api_docs/python/tf/distribute/MirroredStrategy), or is
        TensorFlow's default for one.

    Raises:
        RunError: This process sees fewer devices than the run needs.
    """
    before = keras.config.dtype_policy()
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(config.seed)
    keras.config.set_dtype_policy(find_precision(config))
    try:
        yield _share_batches(config.num_devices)
    finally:
        keras.config.set_dtype_policy(before)


def find_precision(config: RunConfig) -> str:
    """Return the name of the Keras dtype policy; mixed by itself only where all GPUs gain from it."""
    if config.precision != "auto":
        return config.precision
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    capable = [each.get("compute_capability", (0, 0)) >= TENSOR_CORES for each in details]
    return "mixed_float16" if capable and all(capable) else "float32"


def uses_xla(config: RunConfig) -> bool:
    """Whether training steps are compiled by XLA, which takes seconds: by itself only on a GPU.

    With exact repetition it is left to who forces it: XLA does not promise it for all operations.
    """
    if config.xla != "auto":
        return config.xla == "on"
    return bool(tf.config.list_physical_devices("GPU")) and not config.deterministic


def write_environment(directory: Path, *, dataset_version: str, config: RunConfig) -> None:
    """Write ``environment.json`` into a run's folder: versions, platform, device and the dataset's version.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    write_json(
        directory / "environment.json",
        {
            "dataset_version": dataset_version,
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "platform": platform.platform(),
            "device": describe_device(),
            "precision": find_precision(config),
            "xla": uses_xla(config),
            "num_devices": config.num_devices,
        },
    )


def describe_device() -> str:
    """Return the name of what TensorFlow computes on, such as ``"CPU, 8 cores"``."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"CPU, {os.cpu_count()} cores"
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return ", ".join(each.get("device_name", "GPU") for each in details)


def _share_batches(num_devices: int) -> tf.distribute.Strategy:
    if num_devices == 1:
        return tf.distribute.get_strategy()
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(devices) < num_devices:
        raise RunError(
            f"The run is to be shared among {num_devices} devices, but its worker sees {len(devices)}; "
            f"train a new run with num_devices set to {len(devices)}."
        )
    return tf.distribute.MirroredStrategy([device.name for device in devices[:num_devices]])

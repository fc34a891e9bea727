"""On what a run was computed, and the devices it is computed on."""

import contextlib
import os
import platform
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from core.workspace import write_json


def prepare_devices() -> None:
    """Let every GPU hand out its memory as it is needed, so that two processes can share one."""
    for gpu in tf.config.list_physical_devices("GPU"):
        # Once a GPU is in use TensorFlow refuses, and it has been set by then.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


def write_environment(directory: Path, *, dataset_version: str) -> None:
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
        },
    )


def describe_device() -> str:
    """Return the name of what TensorFlow computes on, such as ``"CPU, 8 cores"``."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"CPU, {os.cpu_count()} cores"
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return ", ".join(each.get("device_name", "GPU") for each in details)

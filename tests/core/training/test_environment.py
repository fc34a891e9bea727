"""What a run was computed on."""

import keras
import numpy as np
import tensorflow as tf

from core.training.environment import prepare_devices, write_environment
from core.workspace import read_json


def test_versions_platform_and_device_are_written_down(tmp_path):
    write_environment(tmp_path, dataset_version="abc")
    environment = read_json(tmp_path / "environment.json")
    assert environment["keras"] == keras.__version__
    assert environment["tensorflow"] == tf.__version__
    assert environment["numpy"] == np.__version__
    assert environment["dataset_version"] == "abc"
    assert {"python", "platform", "device"} < environment.keys()


def test_gpus_are_told_to_grow_even_when_one_is_in_use(monkeypatch):
    asked = []

    def set_memory_growth(gpu, enable):
        asked.append((gpu, enable))
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind} 0", f"{kind} 1"])
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", set_memory_growth)
    prepare_devices()
    assert asked == [("GPU 0", True), ("GPU 1", True)]

"""What a run is computed on, and how."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.errors import RunError
from core.runs.config import RunConfig
from core.training.environment import (
    computing,
    find_precision,
    prepare_devices,
    uses_xla,
    write_environment,
)
from core.workspace import read_json


def config_of(**settings):
    return RunConfig.make(dataset="d", **settings)


@pytest.fixture
def set_gpus(monkeypatch):
    """Pretend that there are GPUs of these compute capabilities."""

    def set_them(*capabilities):
        details = dict(enumerate(capabilities))
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: list(details))
        monkeypatch.setattr(
            tf.config.experimental, "get_device_details", lambda gpu: {"compute_capability": details[gpu]}
        )

    return set_them


def test_versions_platform_and_device_are_written_down(tmp_path):
    write_environment(tmp_path, dataset_version="abc", config=config_of())
    environment = read_json(tmp_path / "environment.json")
    assert environment["keras"] == keras.__version__
    assert environment["tensorflow"] == tf.__version__
    assert environment["numpy"] == np.__version__
    assert environment["dataset_version"] == "abc"
    assert (environment["precision"], environment["xla"], environment["num_devices"]) == ("float32", False, 1)
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


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ([], "float32"),
        ([(7, 0)], "mixed_float16"),
        ([(8, 9), (7, 5)], "mixed_float16"),
        ([(6, 1)], "float32"),
        ([(8, 0), (3, 7)], "float32"),
    ],
)
def test_precision_is_mixed_by_itself_only_on_recent_gpus(set_gpus, capabilities, precision):
    set_gpus(*capabilities)
    assert find_precision(config_of()) == precision
    assert find_precision(config_of(precision="float32")) == "float32"
    assert find_precision(config_of(precision="mixed_bfloat16")) == "mixed_bfloat16"


def test_xla_is_used_by_itself_only_on_a_gpu_without_exact_repetition(set_gpus):
    set_gpus()
    assert not uses_xla(config_of())
    assert uses_xla(config_of(xla="on"))
    set_gpus((8, 0))
    assert uses_xla(config_of())
    assert not uses_xla(config_of(xla="off"))
    assert not uses_xla(config_of(deterministic=True))


def test_precision_and_seed_hold_for_the_block():
    with computing(config_of(precision="mixed_bfloat16", seed=3)):
        first = keras.initializers.RandomNormal()((2,))
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    with computing(config_of(seed=3)) as strategy:
        assert np.array_equal(first, keras.initializers.RandomNormal()((2,)))
        assert strategy is tf.distribute.get_strategy()
    assert keras.config.dtype_policy().name == "float32"


def test_the_precision_of_before_comes_back_after_an_error():
    with pytest.raises(ZeroDivisionError), computing(config_of(precision="mixed_bfloat16")):
        raise ZeroDivisionError
    assert keras.config.dtype_policy().name == "float32"


def test_more_devices_than_the_worker_sees_are_refused():
    with (
        pytest.raises(RunError, match="among 2 devices, but its worker sees 1; train a new run with"),
        computing(config_of(num_devices=2)),
    ):
        pass

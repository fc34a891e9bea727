"""Networks in other formats say the same as before, and a difference is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import pytest

from core.errors import ModelError, RunError
from core.models.registry import build_model
from core.models.run_loading import load_saved
from core.runs.config import RunConfig
from core.runs.run import Run
from core.training.export import compare, export_model, to_float32

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3)).astype(np.float32)
NAMES = ("a", "ü b", "c")
SUFFIX = {"saved_model": "", "tflite": ".tflite", "onnx": ".onnx"}


def build(name: str, **settings: Any) -> keras.Model:
    """A network whose answers depend on the image, also where its weights are random."""
    config = RunConfig.make(dataset="d", model=name, image_size=32, **settings)
    keras.utils.set_random_seed(0)
    model = build_model(config, len(NAMES))
    for layer in model.layers if name == "mobilenet" else ():  # deep and new, it fades to nothing
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_variance.assign(keras.ops.full(layer.moving_variance.shape, 0.05))
    logits = model.get_layer("logits")
    logits.kernel.assign(keras.random.normal(logits.kernel.shape, seed=1))
    return model


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("lenet", "saved_model"),
        ("lenet", "onnx"),
        ("small_cnn", "tflite"),
        ("mobilenet", "onnx"),
    ],
)
def test_an_export_says_what_the_network_says(name: str, format: str, tmp_path: Path) -> None:
    model = build(name, weights="none")
    expected = np.asarray(model(IMAGES, training=False))
    out = tmp_path / f"net{SUFFIX[format]}"
    predict = export_model(model, format, out, class_names=NAMES)
    assert out.exists()
    assert np.ptp(expected, axis=0).max() > 1e-3  # else everything would look alike
    assert compare(expected, predict(IMAGES)) < 1e-5
    assert compare(expected[:1], predict(IMAGES[:1])) < 1e-5
    if format == "onnx":
        check_names(out)


def check_names(path: Path) -> None:
    """An ONNX file names its ends, its first axis and its classes."""
    content = onnx.load(str(path))
    onnx.checker.check_model(content)
    ends = (*content.graph.input, *content.graph.output)
    assert [end.name for end in ends] == ["images", "probs"]
    assert {end.type.tensor_type.shape.dim[0].dim_param for end in ends} == {"batch"}
    assert tuple(json.loads(content.metadata_props[0].value)) == NAMES


def test_a_network_of_mixed_precision_is_exported_in_float32() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build("lenet")
    finally:
        keras.config.set_dtype_policy("float32")
    exact = to_float32(model)
    assert {layer.compute_dtype for layer in exact.layers} == {"float32"}
    np.testing.assert_allclose(exact(IMAGES), model(IMAGES), atol=0.05)
    assert to_float32(exact) is exact


def test_an_export_that_says_something_else_is_refused() -> None:
    probs = np.array([[0.5, 0.5]])
    assert compare(probs, probs + 5e-4) == pytest.approx(5e-4)
    with pytest.raises(RunError, match=r"differs from the run's network by up to 0\.002"):
        compare(probs, probs + 2e-3)
    with pytest.raises(RunError, match="differs"):
        compare(probs, probs * np.nan)
    with pytest.raises(RunError, match="nothing was kept"):
        compare(probs, np.zeros((1, 3)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short"])
def test_a_damaged_network_is_refused(tmp_path: Path, content: bytes) -> None:
    run = Run(tmp_path)
    run.model_path.write_bytes(content)
    with pytest.raises(ModelError, match=r"best\.keras is not a readable Keras model .*train the run again"):
        load_saved(run.model_path)


def test_a_network_with_code_of_its_own_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    double: Callable = lambda x: x * 2  # noqa: E731
    entry = keras.Input((4,))
    keras.Model(entry, keras.layers.Lambda(double)(entry)).save(run.model_path)
    with pytest.raises(ModelError, match="not a readable Keras model"):
        load_saved(run.model_path)

"""Weights in a backbone: the same answers as Keras' own network after its own preprocessing."""

import importlib
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from core.errors import WeightsError
from core.models.backbones import convnext
from core.models.backbones.building import build_backbone, build_network
from core.models.backbones.loading import load_backbone
from core.runs.config import RunConfig

SIZE = (45, 35)  # height, width: odd, and not square
REAL_NAME = "mobilenet_2_5_224_tf_no_top.h5"


def _config(model: str, size: tuple[int, int] = SIZE, **settings) -> RunConfig:
    settings = {"dataset": "d", "alpha": 0.25, "image_size": f"{size[0]}x{size[1]}", **settings}
    return RunConfig(model=model, **settings)


def _images(size: tuple[int, int] = SIZE) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (2, *size, 3)).astype(np.float32)


def _answers(application: keras.Model, module: str, images: np.ndarray) -> np.ndarray:
    preprocess = importlib.import_module(f"keras.applications.{module}").preprocess_input
    return np.asarray(application(preprocess(images.copy())))


def test_a_network_that_takes_blue_first_in_keras_takes_red_first_here(keras_network):
    own, path = keras_network("VGG16", SIZE)
    _assert_same(_load("vgg16", path), _answers(own, "vgg16", _images()))


def test_features_are_those_of_keras_from_any_kind_of_file(keras_network, tmp_path):
    own, path = keras_network("MobileNet", SIZE, alpha=0.25)
    own.save(tmp_path / "own.keras")
    own.save_weights(tmp_path / "own.weights.h5")
    features, expected = build_network(_config("mobilenet")), _answers(own, "mobilenet", _images())
    for file in (path, tmp_path / "own.keras", tmp_path / "own.weights.h5"):
        features.set_weights([np.zeros(weight.shape) for weight in features.weights])
        load_backbone(features, file, _config("mobilenet"))
        _assert_same(features, expected)


def test_convnext_has_the_features_of_keras_and_is_saved_in_safe_mode(monkeypatch, keras_network, tmp_path):
    depths, widths = (2, 1, 1, 1), (8, 12, 16, 20)
    sizes = {"depths": list(depths), "projection_dims": list(widths), "default_size": 224}
    monkeypatch.setitem(keras.src.applications.convnext.MODEL_CONFIGS, "tiny", sizes)
    monkeypatch.setattr(convnext, "DEPTHS", depths)
    monkeypatch.setattr(convnext, "WIDTHS", widths)
    own, path = keras_network("ConvNeXtTiny", SIZE)
    features = _load("convnexttiny", path)
    _assert_same(features, np.asarray(own(_images())))
    features.save(tmp_path / "best.keras")
    again = keras.models.load_model(tmp_path / "best.keras", safe_mode=True)
    assert [layer.name for layer in again.layers] == [layer.name for layer in features.layers]
    assert np.array_equal(again(_images()), features(_images()))


def _load(name: str, path: Path) -> keras.Model:
    features = build_network(_config(name))
    load_backbone(features, path, _config(name))
    return features


def _assert_same(features: keras.Model, expected: np.ndarray) -> None:
    assert np.allclose(features(_images()), expected, atol=1e-4 * np.abs(expected).max())


def test_colors_of_a_network_trained_here_are_not_turned_again(networks, network_config, tmp_path):
    networks("vgg16").save(tmp_path / "best.keras")
    again = build_backbone(network_config("vgg16"), 3, tmp_path / "best.keras")
    for name in ("block1_conv1", "block5_conv3"):
        assert np.array_equal(again.get_layer(name).kernel, networks("vgg16").get_layer(name).kernel)
    assert again.output_shape == (None, 3)  # the head is new


def test_weights_that_do_not_fit_are_refused_by_name(quarter_file):
    config = _config("mobilenet", (32, 32), alpha=0.5)
    with pytest.raises(
        WeightsError, match=r"no_top\.h5 does not fit mobilenet .*; give a file of that network"
    ):
        load_backbone(build_network(config), quarter_file, config)


@pytest.fixture
def pretrained() -> Path:
    folder = os.environ.get("REGROUP_REAL_DATA")
    path = Path(folder or "") / "pretrained" / REAL_NAME
    if not path.is_file():
        pytest.skip(f"REGROUP_REAL_DATA names no folder with pretrained/{REAL_NAME}")
    return path


def test_features_of_the_published_weights_are_those_of_keras(pretrained):
    config = _config("mobilenet", (96, 96), weights=str(pretrained))
    model = build_backbone(config, 3, pretrained)
    own = keras.applications.MobileNet(
        input_shape=(96, 96, 3), alpha=0.25, include_top=False, weights=str(pretrained), pooling="avg"
    )
    features = keras.Model(model.input, model.get_layer("pool").output)(_images((96, 96)))
    assert np.allclose(features, _answers(own, "mobilenet", _images((96, 96))), atol=1e-4)
    assert [layer.name for layer in model.layers if layer.trainable_weights] == ["logits"]

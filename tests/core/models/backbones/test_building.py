"""Pretrained networks as Keras builds them: layers, parameters, preprocessing, what they are saved as."""

import itertools
from math import prod

import keras
import numpy as np
import pytest

from core.errors import ModelError
from core.models.architectures import PRETRAINED, find_model
from core.models.backbones.building import build_backbone, build_network
from core.models.freezing import freeze
from core.models.scaling import PixelStats
from core.runs.config import RunConfig

NAMES = [module.SPEC.name for module in PRETRAINED]
OWN_PREPROCESSING = {"efficientnetv2b0": 2}  # layers of it in Keras' network, in place of our one


def _small(**settings) -> RunConfig:
    return RunConfig(
        **{"dataset": "d", "model": "mobilenet", "weights": "none", "image_size": 32, **settings}
    )


@pytest.mark.parametrize("name", NAMES)
def test_parameters_without_head_are_those_of_the_catalog(networks, network_config, name):
    alpha = network_config(name).alpha
    head = {"logits", "dense1", "dense2", "dense1_norm", "dense2_norm"}
    total = sum(layer.count_params() for layer in networks(name).layers if layer.name not in head)
    assert total == find_model(name).backbone.count_params(alpha)


@pytest.mark.parametrize(
    ("name", "total", "trainable"),
    [
        ("vgg16", 15_502_151, 787_463),
        ("resnet50", 28_831_623, 5_243_911),
        ("inceptionv3", 21_802_784 + 2048 * 512 + 512 + 512 * 7 + 7, 2048 * 512 + 512 + 512 * 7 + 7),
    ],
)
def test_networks_of_the_studies_have_their_parameters(networks, network_config, name, total, trainable):
    model = networks(name)
    assert model.count_params() == total
    freeze(model, network_config(name, cut=0))
    assert sum(prod(weight.shape) for weight in model.trainable_weights) == trainable


@pytest.mark.parametrize("name", NAMES)
def test_networks_are_flat_with_unique_names_and_plain_keras_layers(networks, name):
    model = networks(name)
    names = [layer.name for layer in model.layers]
    assert len(set(names)) == len(names)
    assert names[:2] == ["images", "rescaling"]
    assert names[-2:] == ["logits", "probs"]
    assert all(type(layer) is getattr(keras.layers, type(layer).__name__, None) for layer in model.layers)
    assert not any(isinstance(layer, keras.Model | keras.layers.Lambda) for layer in model.layers)


@pytest.mark.parametrize("name", NAMES)
def test_one_tensor_leads_into_each_block(networks, name):
    layers = networks(name).layers
    place = {layer.name: index for index, layer in enumerate(layers)}
    makers = {id(layer.output): index for index, layer in enumerate(layers)}
    edges = [(makers[id(tensor)], index) for index, layer in enumerate(layers) for tensor in _inputs(layer)]
    for block in find_model(name).backbone.blocks:
        first = place[block.layer]
        assert len({source for source, target in edges if source < first <= target}) == 1, block


def _inputs(layer: keras.layers.Layer) -> list[keras.KerasTensor]:
    if isinstance(layer, keras.layers.InputLayer):
        return []
    return layer.input if isinstance(layer.input, list) else [layer.input]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "convnexttiny"])
def test_blocks_begin_at_the_layers_of_keras_that_the_catalog_names(networks, name):
    names = [layer.name for layer in networks(name).layers]
    for block in find_model(name).backbone.blocks:
        assert names.index(block.layer) - 1 == block.first_layer - OWN_PREPROCESSING.get(name, 0), block


def test_blocks_of_convnext_begin_at_the_layers_of_keras_that_the_catalog_names(monkeypatch):
    from keras.src.applications import convnext

    sizes = {"depths": [3, 3, 9, 3], "projection_dims": [4, 4, 4, 4], "default_size": 224}
    monkeypatch.setitem(convnext.MODEL_CONFIGS, "tiny", sizes)
    model = keras.applications.ConvNeXtTiny(include_top=False, weights=None, input_shape=(32, 32, 3))
    for block in find_model("convnexttiny").backbone.blocks:
        layer = model.layers[block.first_layer]
        first = layer.layers[0] if isinstance(layer, keras.Sequential) else layer
        assert first.name == block.layer


def test_fine_tuning_inceptionv3_begins_at_the_layers_of_the_study():
    firsts = [block.first_layer for block in find_model("inceptionv3").backbone.blocks][::-1]
    assert firsts[:7] == [280, 249, 229, 197, 165, 133, 101]
    assert firsts[7:] == [87, 64, 41, 18, 1]


def test_the_head_is_pooling_dropout_dense_layers_and_classes(networks):
    layers = networks("mobilenetv2").layers
    head = [layer.name for layer in itertools.dropwhile(lambda layer: layer.name != "pool", layers)]
    assert head == [
        "pool", "dropout", "dense1", "dense1_norm", "dense1_relu", "dense2", "dense2_norm", "dense2_relu",
        "logits", "probs",
    ]  # fmt: skip
    assert networks("mobilenetv2").get_layer("dropout").rate == 0.2


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ("auto", [[-1.0] * 3, [1.0] * 3]),
        ("unit", [[0.0] * 3, [1.0] * 3]),
        ("standard", [[-1.0, -4.0, -0.5], [16.0, 21.5, 0.775]]),
        ("minmax", [[0.0, -0.05, -1.0], [1.0, 1.225, 0.275]]),
    ],
)
def test_the_first_layer_scales_pixels_as_asked(scaling, expected):
    stats = PixelStats(mean=(15, 40, 100), std=(15, 10, 200), low=(0, 10, 200), high=(255, 210, 400))
    model = build_network(_small(scaling=scaling, alpha=0.25), stats)
    scaled = keras.Model(model.input, model.get_layer("rescaling").output)
    pixels = np.stack([np.zeros((32, 32, 3)), np.full((32, 32, 3), 255.0)])
    assert np.allclose(np.asarray(scaled(pixels))[:, 0, 0], expected, atol=1e-5)


def test_probabilities_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_backbone(_small(), 3)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.get_layer("conv1").compute_dtype == "float16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize(("name", "size"), [("inceptionv3", 74), ("xception", 70), ("vgg16", 31)])
def test_sizes_below_the_minimum_are_refused(name, size):
    with pytest.raises(ModelError, match=f"needs at least {size + 1} pixels; choose a larger image size"):
        build_network(_small(model=name, image_size=f"{size}x200"))


def test_a_simple_network_is_not_built_as_a_pretrained_one():
    with pytest.raises(ModelError, match="lenet is not a pretrained network"):
        build_network(_small(model="lenet"))

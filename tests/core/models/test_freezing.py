"""Frozen blocks, and a network cut in two."""

from math import prod

import keras
import numpy as np
import pytest

from core.errors import ModelError
from core.models.architectures import PRETRAINED, find_model
from core.models.backbones.building import build_backbone
from core.models.freezing import freeze, split_at_cut
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.runs.stack import StackLayer

NAMES = [module.SPEC.name for module in PRETRAINED]


def _images(model: keras.Model) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (2, *model.input_shape[1:])).astype(np.float32)


@pytest.mark.parametrize("name", NAMES)
def test_the_last_blocks_and_the_head_are_trained_and_nothing_before(networks, network_config, name):
    model, blocks = networks(name), find_model(name).backbone.blocks
    names = [layer.name for layer in model.layers]
    for cut in range(len(blocks) + 1):
        freeze(model, network_config(name, cut=cut))
        trained = {layer.name for layer in model.layers if layer.trainable_weights}
        start = blocks[len(blocks) - cut].layer if cut else next(n for n in names if n in {"pool", "flatten"})
        with_weights = {layer.name for layer in model.layers[names.index(start) :] if layer.weights}
        assert trained == with_weights


def test_a_cut_beyond_the_blocks_is_refused(networks, network_config):
    with pytest.raises(ModelError, match=r"The cut is 6, but vgg16 has 5 blocks .*set the cut to 5 or less"):
        freeze(networks("vgg16"), network_config("vgg16", cut=6))


@pytest.mark.parametrize(
    ("name", "cut", "place"),
    [
        ("mobilenet", 0, ("pool", (256,))),
        ("mobilenet", 1, ("conv_pw_12_relu", (1, 1, 256))),
        ("mobilenet", 5, ("conv_pw_8_relu", (2, 2, 128))),
        ("mobilenetv2", 0, ("pool", (1280,))),
        ("mobilenetv2", 3, ("block_14_add", (1, 2, 80))),
        ("efficientnetv2b0", 0, ("pool", (1280,))),
        ("vgg19", 1, ("block4_pool", (2, 2, 512))),
    ],
)
def test_both_parts_together_are_the_network(networks, network_config, name, cut, place):
    model = networks(name)
    split = split_at_cut(model, network_config(name, cut=cut))
    assert (split.layer, split.prefix.output_shape[1:]) == place
    assert not split.prefix.trainable_weights
    counts = [sum(prod(weight.shape) for weight in part.trainable_weights) for part in (model, split.suffix)]
    assert counts[0] == counts[1]
    images = _images(model)
    expected = np.asarray(model(images))
    assert np.allclose(split.suffix(split.prefix(images)), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "layer", "shape"),
    [
        ("inceptionv3", "mixed9", (1, 1, 2048)),
        ("xception", "add_11", (3, 3, 1024)),
        ("densenet121", "pool4_pool", (1, 1, 512)),
        ("resnet50", "conv5_block2_out", (5, 4, 2048)),
        ("convnexttiny", "convnext_tiny_stage_3_block_1_add", (1, 1, 768)),
    ],
)
def test_large_networks_are_cut_before_their_last_block(networks, network_config, name, layer, shape):
    split = split_at_cut(networks(name), network_config(name, cut=1))
    assert (split.layer, split.prefix.output_shape[1:]) == (layer, shape)
    assert len(split.prefix.layers) + len(split.suffix.layers) == len(networks(name).layers) + 1


def test_parts_share_their_layers_with_the_network_which_is_saved_whole(tmp_path):
    config = RunConfig(dataset="d", model="mobilenet", image_size=32, alpha=0.25, cut=1)
    model = build_backbone(config, 3)
    names = [layer.name for layer in model.layers]
    split = split_at_cut(model, config)
    split.suffix.get_layer("logits").kernel.assign(np.full((256, 3), 2.0))
    assert np.all(model.get_layer("logits").kernel.numpy() == 2)
    model.save(tmp_path / "best.keras")
    again = keras.models.load_model(tmp_path / "best.keras", safe_mode=True)
    assert [layer.name for layer in again.layers] == names
    assert np.array_equal(again(_images(model)), model(_images(model)))


def test_frozen_layers_act_in_training_as_they_do_afterwards(networks, network_config):
    model = networks("efficientnetv2b0")  # with batch normalization and dropout inside
    split = split_at_cut(model, network_config("efficientnetv2b0", cut=0))
    images = _images(model)
    before = [weight.numpy() for weight in split.prefix.weights]
    assert np.array_equal(split.prefix(images, training=True), split.prefix(images, training=False))
    assert all(np.array_equal(*pair) for pair in zip(before, split.prefix.weights, strict=True))


def test_a_network_of_which_all_is_trained_has_no_frozen_part(networks, network_config):
    model = networks("mobilenet")
    split = split_at_cut(model, network_config("mobilenet", cut=14))
    assert (split.prefix, split.layer) == (None, None)
    assert split.suffix is model


def test_simple_networks_are_cut_before_their_last_blocks(tmp_path):
    rows = (
        StackLayer(kind="conv", units=4, activation="relu", batch_norm=True, dropout=0.3),
        StackLayer(kind="max_pool", kernel=2),
        StackLayer(kind="conv", units=6, activation="relu"),
        StackLayer(kind="flatten"),
        StackLayer(kind="dense", units=5, activation="relu", dropout=0.3),
    )
    config = RunConfig(dataset="d", model="stack", layers=rows, image_size=8, weights="none")
    model = build_model(config, 3)
    assert split_at_cut(model, config).prefix is None
    images = _images(model)
    for cut, layer in [(2, "pool1"), (1, "flatten"), (0, "dense1")]:
        split = split_at_cut(model, config.model_copy(update={"weights": "run:stack-1", "cut": cut}))
        assert split.layer == layer
        assert np.allclose(split.suffix(split.prefix(images, training=True)), model(images), atol=1e-6)

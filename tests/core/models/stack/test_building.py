"""Simple networks as Keras models: as they were built by hand, scaled, frozen, and read back in safe mode."""

import keras
import numpy as np
import pytest

from core.models.architectures import CATALOG
from core.models.scaling import PixelStats
from core.models.stack.building import build_stack
from core.runs.config import RunConfig

SIMPLE = [name for name, spec in CATALOG.items() if spec.layers is not None]
STATS = PixelStats(mean=(100, 120, 130), std=(50, 0, 40), low=(5, 0, 7), high=(250, 255, 7))


def _config(model: str, image_size: object, **more) -> RunConfig:
    return RunConfig.make(dataset="d", model=model, image_size=image_size, **more)


def _small_cnn_by_hand() -> keras.Model:
    """Three blocks at 28 pixels, as the first version of this network was written."""
    layers = keras.layers
    images = keras.Input((28, 28, 3))
    x = layers.Rescaling(1 / 255)(images)
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D()(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    return keras.Model(images, layers.Activation("softmax")(layers.Dense(4)(x)))


def test_small_cnn_is_the_network_that_it_always_was():
    keras.utils.set_random_seed(3)
    expected = _small_cnn_by_hand()
    keras.utils.set_random_seed(3)
    model = build_stack(_config("small_cnn", 28), 4)
    assert [type(layer) for layer in model.layers] == [type(layer) for layer in expected.layers]
    for one, other in zip(model.get_weights(), expected.get_weights(), strict=True):
        assert np.array_equal(one, other)
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 3), dtype=np.uint8)
    assert np.array_equal(np.asarray(model(images)), np.asarray(expected(images)))
    assert model.get_layer("norm1").momentum == expected.layers[4].momentum == 0.9
    names = "images rescaling conv1 pool1 norm1 relu1 conv2 pool2 norm2 relu2 conv3 pool3 norm3 relu3 flatten"
    assert [layer.name for layer in model.layers] == [*names.split(), "dropout1", "logits", "probs"]


def test_an_activation_without_normalization_is_part_of_its_layer():
    model = build_stack(_config("lenet", 32), 10)
    names = "images rescaling conv1 pool1 conv2 pool2 flatten dense1 dense2 logits probs"
    assert [layer.name for layer in model.layers] == names.split()
    assert model.get_layer("conv1").activation is keras.activations.relu


@pytest.mark.parametrize("name", SIMPLE)
def test_every_simple_network_is_read_back_in_safe_mode(name, tmp_path):
    smallest = CATALOG[name].min_image_size
    model = build_stack(_config(name, smallest, scaling="standard"), 3, pixel_stats=STATS)
    if model.count_params() > 5_600_000:
        assert keras.Model.from_config(model.get_config()).count_params() == model.count_params()
        return
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    images = np.random.default_rng(0).integers(0, 256, (2, smallest, smallest, 3), dtype=np.uint8)
    assert np.allclose(np.asarray(model(images)), np.asarray(again(images)), atol=1e-6)


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ("auto", lambda x: x / 255),
        ("unit", lambda x: x / 255),
        ("symmetric", lambda x: x / 127.5 - 1),
        ("standard", lambda x: (x - STATS.mean) / (50, 1, 40)),
        ("minmax", lambda x: (x - STATS.low) / (245, 255, 1)),
    ],
)
def test_the_first_layer_scales_pixels_as_the_settings_say(scaling, expected):
    model = build_stack(_config("lenet", 10, scaling=scaling), 2, pixel_stats=STATS)
    images = np.random.default_rng(0).integers(0, 256, (1, 10, 10, 3)).astype(np.float64)
    scaled = keras.Model(model.input, model.get_layer("rescaling").output)(images.astype(np.uint8))
    assert np.allclose(np.asarray(scaled), expected(images), atol=1e-4)


def test_scaling_adds_no_parameters():
    config = _config("lenet", 32, scaling="standard")
    assert build_stack(config, 10).count_params() == 81_302


def test_the_layers_before_the_cut_are_frozen():
    model = build_stack(_config("cifar_cnn_bn", 22, weights="run:x", cut=2), 4)
    trained = [layer.name for layer in model.layers if layer.trainable_weights]
    assert trained == ["dense1", "norm4", "dense2", "norm5", "logits"]


def test_probabilities_are_float32_under_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_stack(_config("lenet", 10), 3)
    finally:
        keras.config.set_dtype_policy(before)
    assert [model.get_layer(name).compute_dtype for name in ("conv1", "logits", "probs")] == [
        "bfloat16",
        "bfloat16",
        "float32",
    ]
    assert model.output.dtype == "float32"

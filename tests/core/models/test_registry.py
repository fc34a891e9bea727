"""The networks themselves: their layers, their size, what they accept."""

import keras
import numpy as np
import pytest

from core.errors import ModelError
from core.models.catalog import CATALOG
from core.models.registry import build_model
from core.runs.config import RunConfig


def _build(model: str, image_size: int, num_classes: int = 10, **settings) -> keras.Model:
    config = RunConfig(dataset="d", model=model, image_size=image_size, **{"weights": "none", **settings})
    return build_model(config, num_classes)


def test_lenet_has_the_parameters_of_the_coursework():
    assert _build("lenet", 32).count_params() == 81_302


def test_small_cnn_gets_a_block_for_each_halving():
    def num_blocks(size):
        return sum(isinstance(layer, keras.layers.Conv2D) for layer in _build("small_cnn", size).layers)

    assert [num_blocks(size) for size in (8, 16, 28, 64, 128)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", CATALOG)
def test_every_network_is_flat_and_ends_in_logits_and_probs(name):
    model = _build(name, CATALOG[name].min_image_size, 3)
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert [layer.name for layer in model.layers[-2:]] == ["logits", "probs"]
    assert model.output_shape == (None, 3)


@pytest.mark.parametrize("name", CATALOG)
def test_bytes_and_floats_of_the_same_pixels_give_the_same_probabilities(name):
    size = CATALOG[name].min_image_size
    images = np.random.default_rng(0).integers(0, 256, (2, size, size, 3), dtype=np.uint8)
    model = _build(name, size, 4)
    probs = np.asarray(model(images))
    assert np.allclose(probs, np.asarray(model(images.astype(np.float32))))
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("name", CATALOG)
def test_every_network_accepts_its_smallest_image_size_and_odd_ones(name):
    for size in (CATALOG[name].min_image_size, 45):
        assert _build(name, size).input_shape == (None, size, size, 3)


def test_mobilenet_from_scratch_trains_all_layers():
    model = _build("mobilenet", 32, alpha=0.25)
    assert model.get_layer("conv1").trainable
    assert model.get_layer("rescaling").scale == pytest.approx(1 / 127.5)


def test_an_unknown_model_is_refused():
    with pytest.raises(ModelError, match="There is no model 'vgg'"):
        _build("vgg", 32)


def test_a_checkpointed_pretrained_network_is_built_without_its_weights_file(tmp_path):
    config = RunConfig(dataset="d", model="mobilenet", image_size=32, weights=str(tmp_path / "gone.h5"))
    model = build_model(config, 3, load_weights=False)
    assert [layer.name for layer in model.layers if layer.trainable_weights] == ["logits"]

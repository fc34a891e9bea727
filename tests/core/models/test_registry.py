"""The networks themselves: their layers, what they accept, and where they start."""

import keras
import numpy as np
import pytest

from core.errors import ModelError, WeightsError
from core.models.catalog import CATALOG
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.runs.run import create_run

SIMPLE = [name for name, spec in CATALOG.items() if spec.layers is not None]
LAYERS = [{"kind": "conv", "units": 3, "batch_norm": True}, {"kind": "conv", "units": 2}]


def _config(model: str, image_size: object, **settings) -> RunConfig:
    given = {"weights": "none", **settings}
    return RunConfig.make(dataset="d", model=model, image_size=image_size, **given)


def _build(model: str, image_size: object, num_classes: int = 10, **settings) -> keras.Model:
    return build_model(_config(model, image_size, **settings), num_classes)


def _train_somehow(home, config: RunConfig, num_classes: int):
    """Return a run whose network has other weights than a fresh one, and that network."""
    keras.utils.set_random_seed(11)
    run, model = create_run(home, config), build_model(config, num_classes, workspace=home)
    values = [np.random.default_rng(1).random(value.shape) for value in model.get_weights()]
    model.set_weights(values)
    model.save(run.model_path)
    return run, model


def test_small_cnn_gets_a_block_for_each_halving():
    def num_blocks(size):
        return sum(isinstance(layer, keras.layers.Conv2D) for layer in _build("small_cnn", size).layers)

    assert [num_blocks(size) for size in (8, 16, 28, 64, 128)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", [*SIMPLE, "mobilenet"])
def test_every_network_is_flat_and_ends_in_logits_and_probs(name):
    model = _build(name, CATALOG[name].min_image_size, 3)
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert [layer.name for layer in model.layers[-2:]] == ["logits", "probs"]
    assert model.output_shape == (None, 3)
    assert model.output.dtype == "float32"
    assert model.name == name


@pytest.mark.parametrize("name", ["small_cnn", "lenet", "cifar_cnn_bn", "tuned_cnn", "mobilenet"])
def test_bytes_and_floats_of_the_same_pixels_give_the_same_probabilities(name):
    size = CATALOG[name].min_image_size
    images = np.random.default_rng(0).integers(0, 256, (2, size, size, 3), dtype=np.uint8)
    model = _build(name, size, 4)
    probs = np.asarray(model(images))
    assert np.allclose(probs, np.asarray(model(images.astype(np.float32))))
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-6)


def test_an_own_stack_is_built_from_its_rows():
    model = _build("stack", "16x12", 3, layers=LAYERS)
    assert [layer.name for layer in model.layers][2:5] == ["conv1", "norm1", "conv2"]
    assert model.input_shape == (None, 16, 12, 3)


def test_an_unknown_model_is_refused():
    with pytest.raises(ModelError, match="There is no model 'vgg'"):
        _build("vgg", 32)


def test_a_network_starts_from_the_weights_of_a_run(home):
    run, trained = _train_somehow(home, _config("stack", 16, layers=LAYERS), 3)
    config = _config("stack", 16, layers=LAYERS, weights=f"run:{run.id}")
    model = build_model(config, 3, workspace=home)
    for one, other in zip(model.get_weights(), trained.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert [layer.name for layer in model.layers if layer.trainable_weights] == ["logits"]


def test_with_other_classes_the_head_is_new_and_the_rest_is_kept(home):
    run, trained = _train_somehow(home, _config("stack", 16, layers=LAYERS), 3)
    config = _config("stack", 16, layers=LAYERS, weights=f"run:{run.id}", cut=1)
    keras.utils.set_random_seed(5)
    model = build_model(config, 5, workspace=home)
    for name in ("conv1", "norm1", "conv2"):
        for one, other in zip(
            model.get_layer(name).get_weights(), trained.get_layer(name).get_weights(), strict=True
        ):
            assert np.array_equal(one, other)
    assert model.get_layer("logits").kernel.shape[-1] == 5
    assert not model.get_layer("logits").bias.numpy().any()
    assert [layer.name for layer in model.layers if layer.trainable_weights] == ["conv2", "logits"]


def test_a_run_goes_on_without_the_weights_that_it_started_from(home):
    config = _config("stack", 16, layers=LAYERS, weights="run:gone-1", cut=1)
    model = build_model(config, 3, load_weights=False, workspace=home)
    assert [layer.name for layer in model.layers if layer.trainable_weights] == ["conv2", "logits"]


def test_a_damaged_network_of_a_run_is_refused(home):
    run, _ = _train_somehow(home, _config("lenet", 10), 3)
    run.model_path.write_bytes(run.model_path.read_bytes()[:500])
    with pytest.raises(
        WeightsError, match=r"best\.keras is not a readable Keras model .*choose other weights"
    ):
        build_model(_config("lenet", 10, weights=f"run:{run.id}"), 3, workspace=home)


def test_a_network_that_is_not_what_its_run_says_is_refused(home):
    run, _ = _train_somehow(home, _config("lenet", 10), 3)
    build_model(_config("lenet", 32), 3).save(run.model_path)
    with pytest.raises(
        WeightsError, match="its layer 'dense1' is of another shape; choose a run of the same"
    ):
        build_model(_config("lenet", 10, weights=f"run:{run.id}"), 3, workspace=home)

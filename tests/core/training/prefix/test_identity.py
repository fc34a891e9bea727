"""Names of computations: equal for equal numbers, whatever layers are called, else different."""

import keras
import numpy as np
import pytest
from keras import layers

from core.training.prefix.identity import name_computations


def _network(
    *, prefix: str = "", units: int = 3, scale: float = 1 / 255, activation: str = "relu"
) -> keras.Model:
    keras.utils.set_random_seed(0)
    images = keras.Input((4, 4, 3), name=f"{prefix}images")
    x = layers.Rescaling(scale, name=f"{prefix}scale")(images)
    left = layers.Conv2D(units, 3, activation=activation, name=f"{prefix}left")(x)
    right = layers.Conv2D(units, 3, name=f"{prefix}right")(x)
    x = layers.Subtract(name=f"{prefix}difference")([left, right])
    return keras.Model(images, layers.Flatten(name=f"{prefix}flat")(x))


def _last(model: keras.Model) -> str:
    return list(name_computations(model).values())[-1]


def test_names_of_layers_and_whether_they_are_trained_do_not_matter():
    other = _network(prefix="other_")
    for layer in other.layers:
        layer.trainable = False
    assert list(name_computations(_network()).values()) == list(name_computations(other).values())


@pytest.mark.parametrize("change", [{"units": 4}, {"scale": 1.0}, {"activation": "elu"}])
def test_settings_matter(change):
    assert _last(_network(**change)) != _last(_network())


def test_weights_matter_from_their_layer_on():
    model, same = _network(), _network()
    model.get_layer("left").set_weights([np.ones((3, 3, 3, 3)), np.zeros(3)])
    ours, theirs = name_computations(model), name_computations(same)
    assert [name for name in ours if ours[name] != theirs[name]] == ["left", "difference", "flat"]


def test_the_order_in_which_tensors_enter_a_layer_matters():
    images = keras.Input((2,))
    left, right = layers.Rescaling(2.0)(images), layers.Rescaling(3.0)(images)
    first, second = (keras.Model(images, layers.Subtract()(pair)) for pair in ([left, right], [right, left]))
    assert _last(first) != _last(second)


def test_the_beginning_of_a_longer_network_has_the_same_names():
    model = _network()
    beginning = keras.Model(model.input, model.get_layer("left").output)
    assert _last(beginning) == name_computations(model)["left"]

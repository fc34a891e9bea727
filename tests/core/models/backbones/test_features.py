"""Names of layers that do not depend on what was built before."""

import keras

from core.models.backbones.features import renumber


def _build() -> keras.Model:
    images = keras.Input((4, 4, 3))
    left = keras.layers.Conv2D(2, 1)(images)
    right = keras.layers.Conv2D(2, 1)(keras.layers.Conv2D(2, 1, name="block2_conv1")(images))
    sums = [keras.layers.Add()([left, right]) for _ in range(11)]
    return keras.Model(images, keras.layers.Concatenate(name="add_me")(sums))


def test_layers_that_keras_numbers_are_counted_from_the_first_one_of_the_network():
    _build()  # takes the first numbers
    model = _build()
    renumber(model)
    names = {layer.name for layer in model.layers[1:]}
    sums = {"add", *(f"add_{number}" for number in range(1, 11))}
    assert names == {"conv2d", "conv2d_1", "block2_conv1", "add_me", *sums}

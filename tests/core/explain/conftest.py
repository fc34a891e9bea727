"""A small network of the project's shape: flat, pixels 0-255 in, "logits" then "probs" out."""

from pathlib import Path

import numpy as np
import pytest

from core.runs.run import Run

IMAGE_SIZE = 16
NUM_CLASSES = 3


@pytest.fixture(scope="session")
def model():
    import keras

    keras.utils.set_random_seed(7)
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 3), name="image")
    x = keras.layers.Rescaling(1 / 255, name="scale")(image)
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv_1")(x)
    x = keras.layers.MaxPooling2D(name="pool_1")(x)
    x = keras.layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x)
    x = keras.layers.Conv2D(6, 1, use_bias=False, name="pointwise")(x)
    x = keras.layers.BatchNormalization(name="normalize")(x)
    x = keras.layers.ReLU(name="relu")(x)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    x = keras.layers.Dense(NUM_CLASSES, name="logits")(x)
    return keras.Model(image, keras.layers.Activation("softmax", name="probs")(x))


@pytest.fixture(scope="session")
def model_without_convolution():
    import keras

    image = keras.Input((4, 4, 3))
    x = keras.layers.Flatten(name="flat")(image)
    x = keras.layers.Dense(2, name="logits")(x)
    return keras.Model(image, keras.layers.Activation("softmax", name="probs")(x))


@pytest.fixture(scope="session")
def image() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (IMAGE_SIZE, IMAGE_SIZE, 3)).astype(np.uint8)


@pytest.fixture(scope="session")
def run(model, tmp_path_factory) -> Run:
    directory: Path = tmp_path_factory.mktemp("runs") / "lenet-1"
    directory.mkdir()
    model.save(directory / "best.keras")
    return Run(directory)

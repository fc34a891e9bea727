"""Trained networks from disk, and the table of their layers; for the helper process, not the server."""

from functools import lru_cache
from pathlib import Path

import keras
import numpy as np

from core.errors import ModelError
from core.explain.results import LayerRow
from core.models.run_loading import load_saved

MAX_MODELS = 3  # kept in memory
CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
POINTWISE_STEPS = (keras.layers.BatchNormalization, keras.layers.Activation, keras.layers.ReLU)


@lru_cache(maxsize=MAX_MODELS)
def load_model(path: Path, file_time: int) -> keras.Model:
    """Return the network in a ``.keras`` file; the last few stay in memory.

    Args:
        path: The file.
        file_time: When it was written, nanoseconds; a file written anew is read anew.

    Raises:
        ModelError: The file is missing, damaged, or asks to run code of its own.
    """
    return load_saved(path)


def list_layers(model: keras.Model) -> list[LayerRow]:
    """Return the layers from input to output."""
    return [
        LayerRow(
            name=layer.name,
            kind=type(layer).__name__,
            output_shape=tuple(layer.output.shape[1:]),
            num_params=int(layer.count_params()),
            is_conv=isinstance(layer, CONVOLUTIONS),
            has_map=has_map(layer),
        )
        for layer in model.layers
    ]


def has_map(layer: keras.layers.Layer) -> bool:
    """Whether a layer's output is a stack of maps computed from the image."""
    return len(layer.output.shape) == 4 and not isinstance(layer, keras.layers.InputLayer)


def find_layer(model: keras.Model, name: str) -> keras.layers.Layer:
    """Return a layer by its name.

    Raises:
        ModelError: There is none.
    """
    for layer in model.layers:
        if layer.name == name:
            return layer
    known = ", ".join(layer.name for layer in model.layers if has_map(layer)) or "none with maps"
    raise ModelError(f"The network has no layer {name!r}; choose one of: {known}.")


def last_map_layer(model: keras.Model) -> keras.layers.Layer:
    """Return the last convolution's layer, or the normalization and activation that directly follow it.

    Of a network with branches it is the last layer with maps: a single convolution sees one branch only.

    Raises:
        ModelError: The network has no convolution.
    """
    found: keras.layers.Layer | None = None
    maps = [layer for layer in model.layers if has_map(layer)]
    for layer in maps:
        follows = found is not None and isinstance(layer, POINTWISE_STEPS) and layer.input is found.output
        if follows or isinstance(layer, CONVOLUTIONS):
            found = layer
    if found is None:
        raise ModelError("This network has no convolution, so it looks at no place; choose another run.")
    has_branches = any(isinstance(layer.input, list) for layer in maps)
    return maps[-1] if has_branches else found


def to_batch(model: keras.Model, image: np.ndarray) -> np.ndarray:
    """Return one image as a batch that the network takes.

    Args:
        model: The network.
        image: RGB, values 0-255, shape ``(height, width, 3)`` as the network's input.

    Returns:
        Shape ``(1, height, width, 3)``, float32.

    Raises:
        ValueError: The shape is not the network's.
    """
    expected = tuple(model.input_shape[1:])
    if image.shape != expected:
        raise ValueError(f"The image has shape {image.shape}, not {expected}; resize it as in training.")
    return image.astype(np.float32)[None]


def predict(model: keras.Model, image: np.ndarray) -> np.ndarray:
    """Return the network's probabilities for one image, shape ``(num_classes,)``, float32."""
    return np.asarray(model(to_batch(model, image), training=False), np.float32)[0]

"""The layers of a pretrained network as numbers, from Keras itself; for the helper process."""

from math import prod
from typing import Any

import keras

from core.models.backbones.building import build_network
from core.runs.config import RunConfig


def list_network(config: RunConfig) -> list[dict[str, Any]]:
    """Return the layers of a run's backbone from input to its last maps, without head.

    Args:
        config: Settings with a pretrained model, its width and image size.

    Returns:
        A row of ``describe_layer`` for each.

    Raises:
        ModelError: The image size is below the network's minimum.
    """
    return [describe_layer(layer) for layer in build_network(config).layers]


def describe_layer(layer: keras.layers.Layer) -> dict[str, Any]:
    """Return ``name``, ``kind`` (Keras' class), ``output_shape`` without the batch, and ``num_params``.

    ``num_weights`` are those of the parameters that training can change.
    """
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "output_shape": list(layer.output.shape[1:]),
        "num_params": _count(layer.weights),
        "num_weights": _count(layer.trainable_weights),
    }


def _count(weights: list[keras.Variable]) -> int:
    return sum(prod(weight.shape) for weight in weights)

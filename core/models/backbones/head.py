"""The head of a pretrained network: from its last maps to one number a class; no TensorFlow.

Pooling, then dropout, then the dense layers with ReLU, then the classes, as in the study of beauty products.
``building`` makes Keras layers of these parts and the layer tables count them, so both see the same head.
"""

from math import prod
from typing import Any, NamedTuple

from core.models.stack.layers import LOGITS_LAYER, MOMENTUM, PROBS_LAYER
from core.runs.config import RunConfig

POOLINGS = {
    "average": ("GlobalAveragePooling2D", "pool"),
    "max": ("GlobalMaxPooling2D", "pool"),
    "flatten": ("Flatten", "flatten"),
}


class HeadPart(NamedTuple):
    """A layer of a head.

    Attributes:
        kind: Keras' class.
        name: Of the layer.
        arguments: For the class, without the name.
        output_shape: Without the batch.
        num_params: All its parameters.
        num_weights: Those among them that training can change.
    """

    kind: str
    name: str
    arguments: dict[str, Any]
    output_shape: tuple[int, ...]
    num_params: int = 0
    num_weights: int = 0


def pooling_layer(config: RunConfig) -> str:
    """Return the name of a head's first layer."""
    return POOLINGS[config.head_pooling][1]


def list_head(config: RunConfig, map_shape: tuple[int, ...], num_classes: int) -> list[HeadPart]:
    """Return the layers of a head from the pooling to the probabilities.

    Args:
        config: Settings whose ``head_*`` say what is in it.
        map_shape: Of the backbone's output: height, width, channels.
        num_classes: Number of classes.
    """
    kind, name = POOLINGS[config.head_pooling]
    width = prod(map_shape) if config.head_pooling == "flatten" else map_shape[-1]
    parts = [HeadPart(kind, name, {}, (width,))]
    if config.head_dropout:
        parts.append(HeadPart("Dropout", "dropout", {"rate": config.head_dropout}, (width,)))
    for number, units in enumerate(config.head_units, 1):
        parts += _list_dense(f"dense{number}", width, units, batch_norm=config.head_batch_norm)
        width = units
    num_params = (width + 1) * num_classes
    parts.append(
        HeadPart("Dense", LOGITS_LAYER, {"units": num_classes}, (num_classes,), num_params, num_params)
    )
    softmax = {"activation": "softmax", "dtype": "float32"}
    return [*parts, HeadPart("Activation", PROBS_LAYER, softmax, (num_classes,))]


def _list_dense(name: str, width: int, units: int, *, batch_norm: bool) -> list[HeadPart]:
    if not batch_norm:
        num_params = (width + 1) * units
        arguments = {"units": units, "activation": "relu"}
        return [HeadPart("Dense", name, arguments, (units,), num_params, num_params)]
    return [
        HeadPart("Dense", name, {"units": units, "use_bias": False}, (units,), width * units, width * units),
        HeadPart(
            "BatchNormalization", f"{name}_norm", {"momentum": MOMENTUM}, (units,), 4 * units, 2 * units
        ),
        HeadPart("ReLU", f"{name}_relu", {}, (units,)),
    ]

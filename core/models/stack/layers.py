"""From the rows of a stack to the layers of the network, one by one, with their names; no TensorFlow.

``core.models.stack.shapes`` computes with these layers and ``core.models.stack.building`` builds them, so
that both see the same network. A row is a layer and what directly follows it: batch normalization,
activation, dropout. An activation without normalization before it is part of a convolution or dense layer, as
in Keras. Where the last row still leaves maps, they are flattened before the last dense layer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.models.scaling import LAYER_NAME, PixelStats, find_rescale
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

LOGITS_LAYER = "logits"  # before softmax; what Grad-CAM differentiates
PROBS_LAYER = "probs"  # after softmax
MOMENTUM = 0.9  # of running means; Keras' 0.99 needs more steps than small datasets have in an epoch
WEIGHTED = ("conv", "separable_conv", "depthwise_conv", "dense")  # kinds of rows at which a block begins
POOLS = {"max_pool": "MaxPooling2D", "average_pool": "AveragePooling2D"}
GLOBAL_POOLS = {"global_average_pool": "GlobalAveragePooling2D", "global_max_pool": "GlobalMaxPooling2D"}
Layer = tuple[str, str, dict[str, Any]]  # Keras' class, stem of the name, arguments
NORM: Layer = ("BatchNormalization", "norm", {"momentum": MOMENTUM})


@dataclass(frozen=True)
class Part:
    """A layer of the network.

    Attributes:
        kind: Keras' class, such as ``"Conv2D"``.
        name: Unique in its network, such as ``"conv1"``.
        arguments: For the class, without the name.
        row: Index of the row it comes from; None for what every network has.
        block: Index of its block; the head's is the number of blocks.
    """

    kind: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    row: int | None = None
    block: int = 0


def list_parts(
    layers: Sequence[StackLayer],
    image_size: ImageSize,
    num_classes: int,
    *,
    scaling: str = "unit",
    stats: PixelStats | None = None,
) -> list[Part]:
    """Return the layers of a network from its input to its probabilities.

    Args:
        layers: The rows.
        image_size: Of the input.
        num_classes: Number of classes.
        scaling: What is made of pixel values, see ``core.models.scaling``.
        stats: For scaling ``standard`` and ``minmax``.
    """
    names = _Names()
    rescale = find_rescale(scaling, stats)
    parts = [
        Part("InputLayer", "images", {"shape": (*image_size, 3)}),
        Part("Rescaling", LAYER_NAME, {"scale": rescale.scale, "offset": rescale.offset}),
    ]
    block = -1
    for row, layer in enumerate(layers):
        block += layer.kind in WEIGHTED
        parts += [
            Part(kind, names.next(stem), arguments, row, max(block, 0))
            for kind, stem, arguments in _parts_of(layer)
        ]
    head = block + 1
    for place in range(len(parts) - 1, 0, -1):  # dropout right before the head belongs to it
        if parts[place].kind != "Dropout":
            break
        parts[place] = replace(parts[place], block=head)
    if not any(layer.kind in {"flatten", *GLOBAL_POOLS} for layer in layers):
        parts.append(Part("Flatten", names.next("flatten"), block=head))
    parts.append(Part("Dense", LOGITS_LAYER, {"units": num_classes}, block=head))
    parts.append(Part("Activation", PROBS_LAYER, {"activation": "softmax", "dtype": "float32"}, block=head))
    return parts


def missing_units(layer: StackLayer) -> bool:
    """Whether a row needs a number of filters or units, and has none."""
    return layer.units is None and layer.kind in {"conv", "separable_conv", "dense"}


class _Names:
    """Numbers names by their stem: conv1, conv2, pool1; flatten has a number from the second on only."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def next(self, stem: str) -> str:
        self._counts[stem] += 1
        number = self._counts[stem]
        return stem if stem == "flatten" and number == 1 else f"{stem}{number}"


def _parts_of(layer: StackLayer) -> list[Layer]:
    """Return class, stem of the name and arguments of a row's layers."""
    kind, activation = layer.kind, layer.activation
    if kind == "dropout":
        return [("Dropout", "dropout", {"rate": layer.dropout})]
    if kind == "activation":
        return [_activation(activation), *_dropout(layer)]
    kind_of_keras, stem, arguments = _main(layer)
    if kind in WEIGHTED and not layer.batch_norm and activation != "none":
        arguments["activation"], activation = activation, "none"
    found = [(kind_of_keras, stem, arguments)]
    if layer.batch_norm and kind != "batch_norm":
        found.append(NORM)
    if activation != "none":
        found.append(_activation(activation))
    return [*found, *_dropout(layer)]


def _main(layer: StackLayer) -> Layer:
    kind = layer.kind
    place: dict[str, Any] = {"strides": layer.stride or 1, "padding": layer.padding}
    if kind in POOLS:
        return (
            POOLS[kind],
            "pool",
            {**place, "pool_size": layer.kernel, "strides": layer.stride or layer.kernel},
        )
    patch = {"kernel_size": layer.kernel, **place, "use_bias": layer.bias}
    others: dict[str, Layer] = {
        "batch_norm": NORM,
        "flatten": ("Flatten", "flatten", {}),
        "dense": ("Dense", "dense", {"units": layer.units, "use_bias": layer.bias}),
        "conv": ("Conv2D", "conv", {"filters": layer.units, **patch}),
        "separable_conv": ("SeparableConv2D", "separable", {"filters": layer.units, **patch}),
        "depthwise_conv": ("DepthwiseConv2D", "depthwise", patch),
    }
    return others[kind] if kind in others else (GLOBAL_POOLS[kind], "pool", {})


def _activation(activation: str) -> Layer:
    if activation == "relu":
        return "ReLU", "relu", {}
    name = "linear" if activation == "none" else activation
    return "Activation", name, {"activation": name}


def _dropout(layer: StackLayer) -> list[Layer]:
    return [("Dropout", "dropout", {"rate": layer.dropout})] if layer.dropout else []

"""How much memory a training step takes, estimated from the table of layers; no TensorFlow."""

from collections.abc import Sequence
from math import prod

from core.models.table import LayerLine
from core.runs.config import RunConfig

NUMBER_BYTES = 4  # float32
SLOTS = {"adam": 2, "adamw": 2, "rmsprop": 1, "sgd": 1, "adagrad": 1}  # numbers an optimizer keeps a weight


def training_memory(layers: Sequence[LayerLine], config: RunConfig) -> int:
    """Return the estimated bytes of a training step.

    All parameters, and for each trained weight a gradient and the optimizer's own numbers (Adam 2, others 1;
    SGD none without momentum); for each image of a batch the output of every layer from the first trained
    one on, twice, as the way back computes a gradient for each; and of the frozen layers before it the two
    largest outputs, as one is computed from the other and both are then let go. All as float32, without the
    room that TensorFlow itself takes.

    Args:
        layers: From input to output.
        config: Settings with optimizer and batch size.
    """
    trained = [layer.trained and layer.num_weights > 0 for layer in layers]
    first = trained.index(True) if True in trained else len(layers)
    slots = 0 if config.optimizer == "sgd" and not config.momentum else SLOTS[config.optimizer]
    numbers = sum(layer.num_params for layer in layers)
    numbers += (1 + slots) * sum(layer.num_weights for layer in layers if layer.trained)
    outputs = [prod(layer.output_shape) for layer in layers]
    activations = 2 * sum(outputs[first:]) + sum(sorted(outputs[:first])[-2:])
    return NUMBER_BYTES * (numbers + config.batch_size * activations)


def weight_memory(num_params: int, optimizer: str = "adam") -> int:
    """Return the bytes of so many trained parameters with their gradients and the optimizer's numbers."""
    return NUMBER_BYTES * num_params * (2 + SLOTS[optimizer])


def output_memory(output_shape: Sequence[int], batch_size: int) -> int:
    """Return the bytes of a trained layer's output and its gradient over a batch."""
    return NUMBER_BYTES * 2 * batch_size * prod(output_shape)

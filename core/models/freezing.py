"""Which layers a run trains, and a network cut in two where the frozen layers end.

Frozen layers act in training as they do afterwards, https://keras.io/guides/transfer_learning/: batch
normalization uses its running means, as Keras has it, and dropout leaves nothing out. So they give the same
numbers for an image in every epoch.
"""

from typing import NamedTuple

import keras

from core.models.blocks import first_trained_layer
from core.runs.config import RunConfig


class Split(NamedTuple):
    """A network in two parts that share their layers with it.

    Attributes:
        prefix: From images to the tensor at the cut; None when nothing is frozen.
        suffix: From the tensor at the cut, or from images without a prefix, to probabilities.
        layer: Name of the layer whose output is the tensor at the cut; None without a prefix.
    """

    prefix: keras.Model | None
    suffix: keras.Model
    layer: str | None = None


def freeze(model: keras.Model, config: RunConfig) -> None:
    """Let training change the last blocks that ``config.cut`` names and the head, and nothing before them.

    Dropout in frozen blocks is switched off for good.

    Raises:
        ModelError: The network has fewer blocks than the cut.
    """
    first = first_trained_layer(config)
    is_trained = first is None
    for layer in model.layers:
        is_trained = is_trained or layer.name == first
        layer.trainable = is_trained
        if not is_trained and isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0


def split_at_cut(model: keras.Model, config: RunConfig) -> Split:
    """Return the frozen beginning of a network and the rest.

    The cut lies as late as it can: behind every leading layer that training does not change and that does not
    act at random in training, provided that one tensor alone leads on. With a frozen backbone the head's
    pooling still belongs to the beginning, so that the features of an image are one short list of numbers.

    Args:
        model: As ``registry.build_model`` returns it; its layers are frozen anew by the config.
        config: The run's settings.

    Raises:
        ModelError: The network has fewer blocks than the cut.
    """
    freeze(model, config)
    tensor = _last_fixed_tensor(model)
    if tensor is None:
        return Split(prefix=None, suffix=model)
    layer = tensor._keras_history.operation.name  # Keras has no other way to ask
    return Split(
        prefix=keras.Model(model.input, tensor, name="prefix"),
        suffix=keras.Model(tensor, model.output, name="suffix"),
        layer=layer,
    )


def _last_fixed_tensor(model: keras.Model) -> keras.KerasTensor | None:
    """Return the last tensor through which everything after it goes, all before it being fixed."""
    open_tensors: dict[int, keras.KerasTensor] = {}  # made, and still to be used
    uses = _count_uses(model)
    found, has_frozen = None, False
    for layer in model.layers:
        if not _is_fixed(layer):
            break
        has_frozen = has_frozen or bool(layer.weights)
        for tensor in _inputs_of(layer):
            uses[id(tensor)] -= 1
            if not uses[id(tensor)]:
                open_tensors.pop(id(tensor), None)
        open_tensors[id(layer.output)] = layer.output
        if has_frozen and len(open_tensors) == 1 and layer.output is not model.output:
            (found,) = open_tensors.values()
    return found


def _count_uses(model: keras.Model) -> dict[int, int]:
    counts: dict[int, int] = {}
    for layer in model.layers:
        for tensor in _inputs_of(layer):
            counts[id(tensor)] = counts.get(id(tensor), 0) + 1
    return counts


def _inputs_of(layer: keras.layers.Layer) -> list[keras.KerasTensor]:
    if isinstance(layer, keras.layers.InputLayer):
        return []
    return list(layer.input) if isinstance(layer.input, list | tuple) else [layer.input]


def _is_fixed(layer: keras.layers.Layer) -> bool:
    """Whether a layer gives the same output for the same input in every step of training."""
    is_random = hasattr(layer, "seed_generator") and getattr(layer, "rate", 1.0) > 0
    return not layer.trainable_weights and not is_random

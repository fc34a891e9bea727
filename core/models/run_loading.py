"""The network of a trained run from its file, and its weights for a network of the same layers."""

from collections.abc import Set
from pathlib import Path

import keras

from core.errors import ModelError, WeightsError


def copy_weights(path: Path, model: keras.Model, *, head_layers: Set[str] = frozenset()) -> None:
    """Copy the weights of a saved network into ``model``, layer by layer, by name.

    Args:
        path: The ``.keras`` file.
        model: Receives them.
        head_layers: Names of layers that stay as they are where their shapes differ.

    Raises:
        WeightsError: The file is damaged, asks to run code of its own, or does not fit.
    """
    try:
        saved = {layer.name: layer for layer in load_saved(path).layers}
    except ModelError as error:
        raise WeightsError(f"{str(error).removesuffix('.')}, or choose other weights.") from error
    for layer in model.layers:
        if not layer.weights:
            continue
        source = saved.get(layer.name)
        if source is not None and _shapes(source) == _shapes(layer):
            layer.set_weights(source.get_weights())
        elif layer.name not in head_layers:
            what = "missing" if source is None else "of another shape"
            raise WeightsError(
                f"{path} does not fit: its layer {layer.name!r} is {what}; choose a run of the same network "
                f"and image size, or other weights."
            )


def load_saved(path: Path) -> keras.Model:
    """Return the network in a ``.keras`` file, without its optimizer.

    Raises:
        ModelError: It is missing, damaged, or asks to run code of its own.
    """
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise ModelError(f"{path} is not a readable Keras model ({reason}); train the run again.") from error


def _shapes(layer: keras.layers.Layer) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]

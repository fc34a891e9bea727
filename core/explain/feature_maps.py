"""Feature maps: what a layer's filters answer to one image."""

import keras
import numpy as np

from core.errors import ModelError
from core.explain.loading import find_layer, has_map, to_batch


def compute_feature_maps(
    model: keras.Model, image: np.ndarray, layer_name: str, *, max_maps: int = 64
) -> np.ndarray:
    """Return the first maps of a layer.

    Args:
        model: The network.
        image: RGB, values 0-255, shape ``(height, width, 3)`` as the network's input.
        layer_name: A layer whose output is a stack of maps.
        max_maps: Most maps.

    Returns:
        Activations as they are, shape ``(num_maps, map_height, map_width)``, float32.

    Raises:
        ModelError: The layer is unknown or has no maps.
    """
    layer = find_layer(model, layer_name)
    if not has_map(layer):
        raise ModelError(f"Layer {layer_name!r} has no maps; choose a convolution or pooling layer.")
    part = keras.Model(model.input, layer.output)
    maps = np.asarray(part(to_batch(model, image), training=False), np.float32)[0]
    return np.ascontiguousarray(maps[:, :, :max_maps].transpose(2, 0, 1))

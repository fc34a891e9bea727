"""Filters of a convolution as pictures: one row a filter, one column an input channel, scaled to 0-1."""

import keras
import numpy as np

from core.errors import ModelError
from core.explain.loading import CONVOLUTIONS, find_layer
from core.explain.results import FilterBank


def compute_filters(
    model: keras.Model, layer_name: str, *, max_filters: int = 32, max_channels: int = 8
) -> FilterBank:
    """Return the first filters of a layer, each scaled to 0-1 over all its channels.

    A depthwise convolution has one channel a filter. A separable one shows its depthwise part.

    Args:
        model: The network.
        layer_name: One of its convolutions.
        max_filters: Most rows.
        max_channels: Most columns.

    Raises:
        ModelError: The layer is unknown or is not a convolution.
    """
    layer = find_layer(model, layer_name)
    if not isinstance(layer, CONVOLUTIONS):
        kind = type(layer).__name__
        raise ModelError(f"Layer {layer_name!r} is a {kind} and has no filters; choose a convolution.")
    weights = _filters_first(layer)  # (num_filters, num_channels, kernel_height, kernel_width)
    shown = normalize_each(weights)[:max_filters, :max_channels]
    names = tuple(f"filter {number + 1}" for number in range(len(shown)))
    return FilterBank(shown, names, total_filters=weights.shape[0], total_channels=weights.shape[1])


def normalize_each(arrays: np.ndarray) -> np.ndarray:
    """Scale each array along the first axis to 0-1 by its own extremes; a constant one becomes 0.5.

    >>> normalize_each(np.array([[1.0, 3.0], [7.0, 7.0]])).tolist()
    [[0.0, 1.0], [0.5, 0.5]]
    """
    axes = tuple(range(1, arrays.ndim))
    low = arrays.min(axis=axes, keepdims=True)
    span = arrays.max(axis=axes, keepdims=True) - low
    scaled = (arrays - low) / np.where(span > 0, span, 1)
    return np.where(span > 0, scaled, 0.5).astype(np.float32)


def _filters_first(layer: keras.layers.Layer) -> np.ndarray:
    if isinstance(layer, keras.layers.SeparableConv2D):
        depthwise = layer.depthwise_kernel
    elif isinstance(layer, keras.layers.DepthwiseConv2D):
        depthwise = layer.kernel
    else:
        kernel = np.asarray(layer.kernel, np.float32)  # (height, width, num_channels, num_filters)
        return kernel.transpose(3, 2, 0, 1)
    kernel = np.asarray(depthwise, np.float32)  # (height, width, num_channels, multiplier)
    height, width = kernel.shape[:2]
    return kernel.reshape(height, width, -1).transpose(2, 0, 1)[:, None]

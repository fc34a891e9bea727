"""What looking inside a network returns: plain arrays that a process without TensorFlow can hold."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LayerRow:
    """One layer of a network.

    Attributes:
        name: Unique in the network.
        kind: Keras' name of the layer's class, such as ``"Conv2D"``.
        output_shape: Shape of the output for one image, without the batch axis; None where it varies.
        num_params: Number of weights.
        is_conv: Whether it has filters to look at.
        has_map: Whether its output is a stack of maps, shape ``(height, width, num_maps)``.
    """

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    num_params: int
    is_conv: bool
    has_map: bool


@dataclass(frozen=True)
class FilterBank:
    """The first filters of a convolution, made visible.

    Attributes:
        weights: One row a filter, one column an input channel, each filter scaled to 0-1 by its own smallest
            and largest weight, shape ``(num_filters, num_channels, kernel_height, kernel_width)``, float32.
        names: Name of each row, such as ``"filter 3"``.
        total_filters: Number of filters of the layer, shown or not.
        total_channels: Number of input channels of each filter, shown or not.
    """

    weights: np.ndarray
    names: tuple[str, ...]
    total_filters: int
    total_channels: int

    @property
    def is_pointwise(self) -> bool:
        """Whether a kernel is a single number, as in a 1 x 1 convolution."""
        return self.weights.shape[2:] == (1, 1)


@dataclass(frozen=True)
class CamResult:
    """Where a network looked.

    Attributes:
        heatmap: 0 (says nothing for the class) to 1 (the most), shape ``(map_height, map_width)``, float32;
            all zero when no place speaks for the class.
        probs: The network's answer, shape ``(num_classes,)``, float32, sums to 1.
        class_index: The class that the heat map is about.
        layer_name: The layer that it was computed at.
    """

    heatmap: np.ndarray
    probs: np.ndarray
    class_index: int
    layer_name: str

"""The Keras model of a simple network, layer for layer what ``core.models.stack.layers`` lists."""

import keras

from core.models.blocks import rows_of
from core.models.freezing import freeze
from core.models.scaling import PixelStats
from core.models.stack.layers import list_parts
from core.models.stack.shapes import stack_table
from core.runs.config import RunConfig


def build_stack(config: RunConfig, num_classes: int, *, pixel_stats: PixelStats | None = None) -> keras.Model:
    """Return a simple network with random weights, of which the blocks after the cut are trained.

    Args:
        config: The run's settings.
        num_classes: Number of classes.
        pixel_stats: For scaling ``standard`` and ``minmax``.

    Returns:
        Flat functional model: RGB, 0-255, shape ``(batch, height, width, 3)``, to probabilities, float32,
        shape ``(batch, num_classes)``.

    Raises:
        ModelError: The network cannot be built with these settings.
    """
    stack_table(config, num_classes)  # refuses in a sentence what Keras would refuse in its own way
    scaling = "unit" if config.scaling == "auto" else config.scaling
    parts = list_parts(rows_of(config), config.image_size, num_classes, scaling=scaling, stats=pixel_stats)
    images = keras.Input(**parts[0].arguments, name=parts[0].name)
    x = images
    for part in parts[1:]:
        x = getattr(keras.layers, part.kind)(**part.arguments, name=part.name)(x)
    model = keras.Model(images, x, name=config.model)
    freeze(model, config)
    return model

"""From a run's settings to a network, untrained or as pretrained."""

from collections.abc import Callable

import keras

from core.models.architectures.lenet import build_lenet
from core.models.architectures.mobilenet import build_mobilenet
from core.models.architectures.small_cnn import build_small_cnn
from core.models.catalog import find_model
from core.models.weights import resolve_weights
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize

SCRATCH_BUILDERS: dict[str, Callable[[ImageSize, int], keras.Model]] = {
    "small_cnn": build_small_cnn,
    "lenet": build_lenet,
}


def build_model(config: RunConfig, num_classes: int, *, load_weights: bool = True) -> keras.Model:
    """Return the network that a run trains.

    Args:
        config: The run's settings.
        num_classes: Number of classes, or of groups of a grouped run.
        load_weights: False leaves out the pretrained weights, when a checkpoint will replace them all.

    Returns:
        Flat functional model: RGB, 0-255, uint8 or float, shape ``(batch, height, width, 3)``, to
        the layer ``probs``, shape ``(batch, num_classes)``. A pretrained backbone is frozen.

    Raises:
        ModelError: The model is unknown.
        WeightsError: The weights are not at hand or do not fit.
    """
    spec = find_model(config.model)
    if spec.name in SCRATCH_BUILDERS:
        return SCRATCH_BUILDERS[spec.name](config.image_size, num_classes)
    return build_mobilenet(
        config.image_size,
        num_classes,
        alpha=config.alpha,
        weights=resolve_weights(config) if load_weights else None,
        frozen=config.weights != "none",
    )

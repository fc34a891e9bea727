"""From a run's settings to a network, untrained or as trained before."""

import keras

from core.models.architectures import find_model
from core.models.backbones.building import build_backbone
from core.models.run_loading import copy_weights
from core.models.scaling import PixelStats
from core.models.stack.building import build_stack
from core.models.stack.layers import LOGITS_LAYER
from core.models.weights import resolve_weights
from core.runs.config import RunConfig
from core.workspace import Workspace


def build_model(
    config: RunConfig,
    num_classes: int,
    *,
    load_weights: bool = True,
    pixel_stats: PixelStats | None = None,
    workspace: Workspace | None = None,
) -> keras.Model:
    """Return the network that a run trains, the blocks before its cut frozen.

    Args:
        config: The run's settings.
        num_classes: Number of classes, or of groups of a grouped run.
        load_weights: False leaves out the weights to start from, when a checkpoint will replace them all.
        pixel_stats: Of the training images, for scaling ``standard`` and ``minmax``; without them the network
            has the right shapes only.
        workspace: Where to look for the run of ``weights="run:ID"``; None for the one of the environment.

    Returns:
        Flat functional model: RGB, 0-255, uint8 or float, shape ``(batch, height, width, 3)``, to
        the layer ``probs``, float32, shape ``(batch, num_classes)``.

    Raises:
        ModelError: The model is unknown, or cannot be built with these settings.
        WeightsError: The weights are not at hand or do not fit.
    """
    weights = resolve_weights(config, workspace) if load_weights else None
    if find_model(config.model).pretrained:
        return build_backbone(config, num_classes, weights, pixel_stats)
    model = build_stack(config, num_classes, pixel_stats=pixel_stats)
    if weights is not None:
        copy_weights(weights, model, head_layers={LOGITS_LAYER})
    return model

"""Pretrained networks with preprocessing inside and a head of our own, as one flat model."""

from pathlib import Path

import keras
from keras import layers

from core.errors import ModelError
from core.models.architectures import find_model
from core.models.backbones.features import build_features
from core.models.backbones.head import list_head
from core.models.backbones.loading import load_backbone
from core.models.freezing import freeze
from core.models.scaling import LAYER_NAME, PixelStats, find_rescale
from core.models.spec import Backbone
from core.runs.config import RunConfig


def build_backbone(
    config: RunConfig,
    num_classes: int,
    weights: Path | None = None,
    pixel_stats: PixelStats | None = None,
) -> keras.Model:
    """Return a pretrained network with its head, the blocks before its cut frozen.

    Args:
        config: The run's settings.
        num_classes: Number of classes.
        weights: File with the backbone's weights, looked at by ``weights.resolve_weights`` before; None
            leaves random ones. The head is always new.
        pixel_stats: For scaling ``standard`` and ``minmax``.

    Returns:
        Flat functional model: RGB, 0-255, shape ``(batch, height, width, 3)``, to the layer ``probs``,
        float32, shape ``(batch, num_classes)``. All layers are Keras' own, so that it loads in safe mode.

    Raises:
        ModelError: The model is not a pretrained one, or the cut is too large.
        WeightsError: The file does not fit.
    """
    features = build_network(config, pixel_stats)
    if weights is not None:
        load_backbone(features, weights, config)
    x = features.output
    for part in list_head(config, tuple(x.shape[1:]), num_classes):
        x = getattr(layers, part.kind)(**part.arguments, name=part.name)(x)
    model = keras.Model(features.input, x, name=config.model)
    freeze(model, config)
    return model


def build_network(config: RunConfig, pixel_stats: PixelStats | None = None) -> keras.Model:
    """Return a backbone with random weights and its preprocessing, without head.

    Args:
        config: Settings with model, width, image size and scaling.
        pixel_stats: For scaling ``standard`` and ``minmax``.

    Raises:
        ModelError: The model is not a pretrained one, or the image size is below its minimum.
    """
    spec = find_model(config.model)
    if spec.backbone is None:
        raise ModelError(f"{config.model} is not a pretrained network; build it from its layers.")
    if min(config.image_size) < spec.min_image_size:
        raise ModelError(
            f"Image size {config.image_size.words} is too small for {spec.name}, which needs at least "
            f"{spec.min_image_size} pixels; choose a larger image size or another model."
        )
    images = keras.Input((*config.image_size, 3), name="images")
    scaled = _scale(images, spec.backbone, config, pixel_stats)
    return build_features(spec.backbone, images, scaled, config.alpha)


def _scale(
    images: keras.KerasTensor, backbone: Backbone, config: RunConfig, pixel_stats: PixelStats | None
) -> keras.KerasTensor:
    scaling = backbone.scaling if config.scaling == "auto" else config.scaling
    rescale = find_rescale(scaling, pixel_stats)
    return layers.Rescaling(rescale.scale, rescale.offset, name=LAYER_NAME)(images)

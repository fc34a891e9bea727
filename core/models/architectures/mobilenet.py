"""MobileNet: depthwise separable convolutions, pretrained on ImageNet, with a new last layer.

Source: Howard et al. (2017), https://arxiv.org/abs/1704.04861, as built by Keras Applications.
"""

from pathlib import Path

import keras
from keras import layers

from core.errors import WeightsError
from core.models.heads import classify
from core.runs.image_size import ImageSize

DROPOUT = 0.2


def build_mobilenet(
    image_size: ImageSize, num_classes: int, *, alpha: float, weights: Path | None, frozen: bool
) -> keras.Model:
    """Return MobileNet with global average pooling, dropout and a new softmax layer.

    Args:
        image_size: Of the input, each side at least 32 pixels.
        num_classes: Number of classes.
        alpha: Width: share of the filters of the full network.
        weights: File with the backbone's weights, or None for random ones.
        frozen: Whether the backbone keeps its weights in training.

    Returns:
        Flat functional model: RGB, 0-255, shape ``(batch, height, width, 3)``, to probabilities,
        shape ``(batch, num_classes)``.

    Raises:
        WeightsError: The file does not fit.
    """
    shape = (*image_size, 3)
    images = keras.Input(shape, name="images")
    scaled = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(images)  # -1 to 1, as pretrained
    backbone = keras.applications.MobileNet(
        input_shape=shape, input_tensor=scaled, alpha=alpha, include_top=False, weights=None
    )
    if weights is not None:
        _load(backbone, weights, alpha)
    for layer in backbone.layers:
        layer.trainable = not frozen
    x = layers.GlobalAveragePooling2D(name="pool")(backbone.output)  # (batch, 1024 * alpha)
    return keras.Model(images, classify(x, num_classes, dropout=DROPOUT), name="mobilenet")


def _load(backbone: keras.Model, weights: Path, alpha: float) -> None:
    try:
        backbone.load_weights(weights)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(
            f"The weights file {weights} does not fit MobileNet of alpha {alpha:g} ({reason}); "
            f"give a file of that alpha without ImageNet's classes, or set weights to 'none'."
        ) from error

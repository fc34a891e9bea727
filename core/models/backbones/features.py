"""Networks of Keras Applications without their classes, on top of a scaled input, flat, with steady names."""

import re
from collections import defaultdict

import keras

from core.models.backbones.convnext import add_convnext
from core.models.layer_names import snake_case
from core.models.spec import Backbone

NUMBERED = re.compile(r"(?P<stem>.+?)(?:_(?P<number>\d+))?")


def build_features(
    backbone: Backbone, images: keras.KerasTensor, scaled: keras.KerasTensor, alpha: float
) -> keras.Model:
    """Return a backbone with random weights.

    Args:
        backbone: What is known of it.
        images: The input, shape ``(batch, height, width, 3)``.
        scaled: What the preprocessing makes of it, same shape.
        alpha: Width, for those that have several.

    Returns:
        From ``images`` to the last maps, shape ``(batch, height, width, channels)``. Layers to which Keras
        gives numbers have those of a fresh process, whatever was built in this one before.
    """
    if backbone.application == "ConvNeXtTiny":
        return keras.Model(images, add_convnext(scaled), name="features")
    options = {"alpha": alpha} if backbone.alphas else {}
    if backbone.application == "EfficientNetV2B0":
        options["include_preprocessing"] = False
    application = getattr(keras.applications, backbone.application)
    model = application(
        input_shape=images.shape[1:], input_tensor=scaled, include_top=False, weights=None, **options
    )
    renumber(model)
    return keras.Model(images, model.output, name="features")


def renumber(model: keras.Model) -> None:
    """Name the layers that Keras named by their class as in a fresh process.

    Args:
        model: Its layers were made one after the other; their names are changed.
    """
    numbered = defaultdict(list)
    for layer in model.layers:
        match = NUMBERED.fullmatch(layer.name)
        stem = snake_case(type(layer).__name__)
        if match and match["stem"] == stem:
            numbered[stem].append((int(match["number"] or 0), layer))
    for stem, found in numbered.items():
        for number, (_, layer) in enumerate(sorted(found, key=lambda pair: pair[0])):
            layer.name = f"{stem}_{number}" if number else stem

"""Weights from a file into a backbone: published ones, those of a Keras application, or of a trained run."""

from pathlib import Path

import keras

from core.errors import WeightsError
from core.models.published import backbone_of
from core.models.run_loading import copy_weights
from core.models.weights_file import look_at
from core.runs.config import RunConfig

CHOICES = "give a file of that network without ImageNet's classes, or set weights to 'none'"


def load_backbone(features: keras.Model, path: Path, config: RunConfig) -> None:
    """Load a file's weights into a backbone.

    Networks that Keras trained on blue, green, red get the channels of their first kernel turned, once, so
    that they take red, green, blue; a network trained here takes them already.

    Args:
        features: From images to the last maps, as ``features.build_features`` returns it.
        path: A file that ``weights_file.check_weights`` has accepted.
        config: Settings with model and width.

    Raises:
        WeightsError: It does not fit, layer by layer.
    """
    if look_at(path).is_ours:
        copy_weights(path, features)
        return
    backbone = backbone_of(config)
    target = features
    if backbone.application == "ConvNeXtTiny":  # its layers are grouped otherwise in the file
        target = keras.applications.ConvNeXtTiny(
            include_top=False, weights=None, input_shape=features.input_shape[1:]
        )
    _load(target, path, config)
    if target is not features:
        features.set_weights(target.get_weights())
    if backbone.scaling == "caffe":
        _turn_colors(features)


def _load(target: keras.Model, path: Path, config: RunConfig) -> None:
    try:
        target.load_weights(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise WeightsError(
            f"The weights file {path} does not fit {config.model} ({reason}); {CHOICES}."
        ) from error


def _turn_colors(features: keras.Model) -> None:
    """Reverse the input channels of the first convolution."""
    first = next(layer for layer in features.layers if isinstance(layer, keras.layers.Conv2D))
    first.kernel.assign(first.kernel.numpy()[:, :, ::-1, :])  # (height, width, colors, filters)

"""Grad-CAM: which places of an image speak for a class.

Selvaraju et al. (2017), https://arxiv.org/abs/1610.02391, computed by tf-keras-vis. As in the paper it starts
from the logits: after the softmax a sure network has almost no gradient left.
"""

import warnings

import keras
import numpy as np

from core.errors import ModelError
from core.explain.loading import find_layer, has_map, last_map_layer, predict, to_batch
from core.explain.results import CamResult

with warnings.catch_warnings():
    # tf-keras-vis 0.8.7 takes zoom from a SciPy namespace that SciPy 2 removes.
    warnings.filterwarnings("ignore", message="Please import `zoom`", category=DeprecationWarning)
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

LOGITS = "logits"  # the Dense layer before the softmax in every network of this project


def compute_cam(
    model: keras.Model, image: np.ndarray, *, class_index: int | None = None, layer_name: str | None = None
) -> CamResult:
    """Return the Grad-CAM heat map of an image at the resolution of the layer, and the network's answer.

    Args:
        model: The network.
        image: RGB, values 0-255, shape ``(height, width, 3)`` as the network's input.
        class_index: The class asked about; None for the predicted one.
        layer_name: A layer with maps; None for the last convolution.

    Raises:
        ModelError: The layer is unknown or has no maps, or the network has no layer of logits.
        ValueError: The class does not exist.
    """
    layer = last_map_layer(model) if layer_name is None else find_layer(model, layer_name)
    if not has_map(layer):
        raise ModelError(f"Layer {layer.name!r} has no maps; choose a convolution or pooling layer.")
    probs = predict(model, image)
    if class_index is None:
        class_index = int(probs.argmax())
    if not 0 <= class_index < len(probs):
        raise ValueError(f"Class {class_index} does not exist; there are {len(probs)} classes, from 0.")
    linear = keras.Model(model.input, find_layer(model, LOGITS).output)
    heatmap = Gradcam(linear, clone=False)(
        CategoricalScore([class_index]),
        to_batch(model, image),
        penultimate_layer=layer.name,
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    return CamResult(_scale(np.asarray(heatmap, np.float32)[0]), probs, class_index, layer.name)


def _scale(heatmap: np.ndarray) -> np.ndarray:
    """Divide by the maximum: unlike a stretch from the minimum it leaves zero at zero."""
    largest = heatmap.max()
    return heatmap / largest if largest > 0 else np.zeros_like(heatmap)

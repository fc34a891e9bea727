"""Architectures: one file for each network, whose ``SPEC`` stands in the catalog here; no TensorFlow."""

from core.errors import ModelError
from core.models.architectures import (
    alexnet,
    cifar_cnn,
    cifar_cnn_bn,
    convnexttiny,
    densenet121,
    efficientnetv2b0,
    inceptionv3,
    lenet,
    mobilenet,
    mobilenetv2,
    resnet50,
    simple_cnn,
    simplenet,
    skin_baseline,
    small_cnn,
    stack,
    tuned_cnn,
    vgg16,
    vgg16_scratch,
    vgg19,
    xception,
)
from core.models.spec import ModelSpec

SIMPLE = (
    small_cnn,
    lenet,
    simple_cnn,
    cifar_cnn,
    cifar_cnn_bn,
    skin_baseline,
    tuned_cnn,
    simplenet,
    alexnet,
    vgg16_scratch,
    stack,
)
PRETRAINED = (
    mobilenet,
    mobilenetv2,
    efficientnetv2b0,
    densenet121,
    resnet50,
    inceptionv3,
    xception,
    vgg16,
    vgg19,
    convnexttiny,
)
CATALOG: dict[str, ModelSpec] = {module.SPEC.name: module.SPEC for module in (*SIMPLE, *PRETRAINED)}


def find_model(name: str) -> ModelSpec:
    """Return what is known of a network.

    Raises:
        ModelError: There is no such network.

    >>> find_model("lenet").min_image_size
    10
    """
    if name not in CATALOG:
        raise ModelError(f"There is no model {name!r}; models are {', '.join(CATALOG)}.")
    return CATALOG[name]

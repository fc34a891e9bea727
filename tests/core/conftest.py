"""Pretrained networks with random weights, each built once for all tests."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from core.runs.config import RunConfig

NUM_CLASSES = 7
STUDY = {"image_size": "150x120", "head_pooling": "flatten", "head_units": "128", "head_dropout": 0}
NETWORKS: dict[
    str, dict[str, Any]
] = {  # settings at which each is built, small where no study says otherwise
    "mobilenet": {"image_size": 32, "alpha": 0.25},
    "mobilenetv2": {"image_size": "32x40", "alpha": 0.5, "head_units": "6,5", "head_batch_norm": True},
    "efficientnetv2b0": {"image_size": 32},
    "densenet121": {"image_size": 32, "head_pooling": "max"},
    "resnet50": STUDY,
    "inceptionv3": {"image_size": 75, "head_units": "512"},
    "xception": {"image_size": 71},
    "vgg16": STUDY,
    "vgg19": {"image_size": 32},
    "convnexttiny": {"image_size": 32},
}


def config_of(name: str, **settings: Any) -> RunConfig:
    """Return the settings at which ``networks`` builds a network, with others beside them."""
    return RunConfig(**{"dataset": "d", "model": name, "weights": "imagenet", **NETWORKS[name], **settings})


@pytest.fixture(scope="session")
def network_config() -> Callable[..., RunConfig]:
    """Return the settings of one of ``networks``."""
    return config_of


@pytest.fixture(scope="session")
def networks() -> Callable[[str], Any]:
    """Return a pretrained network by its name, with random weights; tests may freeze it, not train it."""
    from core.models.backbones.building import build_backbone

    return cache(lambda name: build_backbone(config_of(name), NUM_CLASSES))

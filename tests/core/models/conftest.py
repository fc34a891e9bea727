"""Weights files as Keras publishes them, with random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def write_published(model: Any, path: Path) -> Path:
    """Write a network's weights as the published files have them; Keras 3 reads them only."""
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{number}/{weight.name}:0" for number, weight in enumerate(layer.weights)]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, variable in zip(names, layer.weights, strict=True):
                group[name] = variable.numpy()
    return path


def scatter(model: Any) -> Any:
    """Give a network weights of which none is 0 or 1 throughout, so that each counts; return it."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        if weight.path.endswith(("variance", "gamma")):
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
        elif len(weight.shape) == 1:
            weight.assign(random.normal(0, 0.3, weight.shape))
    return model


@pytest.fixture
def keras_network(tmp_path: Path) -> Callable[..., tuple[Any, Path]]:
    """Build a network of Keras without classes and with scattered weights; return it and a file of it."""

    def build(application: str, size: tuple[int, int], **options: Any) -> tuple[Any, Path]:
        import keras

        build_own = getattr(keras.applications, application)
        model = scatter(build_own(include_top=False, weights=None, input_shape=(*size, 3), **options))
        return model, write_published(model, tmp_path / "own.h5")

    return build


@pytest.fixture(scope="session")
def write_weights() -> Callable[..., Path]:
    """Write a MobileNet file in the layout of the published ones."""

    def write(path: Path, *, alpha: float, include_top: bool = False) -> Path:
        import keras

        shape = (32, 32, 3)
        return write_published(
            keras.applications.MobileNet(
                input_shape=shape, alpha=alpha, include_top=include_top, weights=None, classes=5
            ),
            path,
        )

    return write


@pytest.fixture(scope="session")
def quarter_file(write_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of MobileNet, alpha 0.25, under their published name."""
    folder = tmp_path_factory.mktemp("weights")
    return write_weights(folder / "mobilenet_2_5_224_tf_no_top.h5", alpha=0.25)

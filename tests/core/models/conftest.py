"""Weights files as Keras publishes them, with random weights."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def write_weights() -> Callable[..., Path]:
    """Write a file in the layout of the published ones, which the current Keras reads but does not write."""

    def write(path: Path, *, alpha: float, include_top: bool = False) -> Path:
        import h5py
        import keras

        model = keras.applications.MobileNet(
            input_shape=(32, 32, 3), alpha=alpha, include_top=include_top, weights=None, classes=5
        )
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
            for layer in model.layers:
                group = file.create_group(layer.name)
                names = [f"{layer.name}/{variable.name}:0" for variable in layer.weights]
                group.attrs["weight_names"] = [name.encode() for name in names]
                for name, variable in zip(names, layer.weights, strict=True):
                    group[name] = variable.numpy()
        return path

    return write


@pytest.fixture(scope="session")
def quarter_file(write_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of alpha 0.25, under their published name."""
    folder = tmp_path_factory.mktemp("weights")
    return write_weights(folder / "mobilenet_2_5_224_tf_no_top.h5", alpha=0.25)

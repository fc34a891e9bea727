"""What a weights file holds, read without TensorFlow: how many numbers, of which layers, whether it is safe.

Three kinds, by the end of the name: ``.keras`` (a whole network), ``.weights.h5`` (Keras 3) and ``.h5`` (as
Keras Applications publishes them, or a whole network of Keras 2). Only shapes and names are read.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import WeightsError
from core.models.architectures import CATALOG, find_model
from core.models.layer_names import number_names
from core.models.published import CHOICES, backbone_of, weights_name
from core.models.stack.layers import LOGITS_LAYER, PROBS_LAYER
from core.runs.config import RunConfig

SUFFIXES = (".keras", ".weights.h5", ".h5")
TOP_LAYERS = {"predictions", "conv_preds", "fc1", "fc1000", "convnext_tiny_head_dense"}  # ImageNet's classes
POOLING_LAYERS = {"pool", "flatten"}  # where our heads begin
UNREADABLE = (OSError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile)


class WeightsFile(NamedTuple):
    """What a weights file holds.

    Attributes:
        num_params: Numbers in it; of a network of ours without its head.
        layer_names: Of layers, as far as the file tells.
        is_ours: Whether it is a network that was built here, whose colors come red first.
        has_lambda: Whether it holds a layer with code of its own.
    """

    num_params: int
    layer_names: frozenset[str] = frozenset()
    is_ours: bool = False
    has_lambda: bool = False


def check_weights(path: Path, config: RunConfig) -> None:
    """Refuse a file that is not whole, is not safe, or is not of the run's backbone without classes.

    Args:
        path: An existing file.
        config: Settings with a pretrained model, and its width.

    Raises:
        WeightsError: What the file is instead, and what to do.
    """
    found = look_at(path)
    if found.has_lambda:
        raise WeightsError(
            f"The weights file {path} holds a Lambda layer, which could run any code of its maker, and is "
            f"not opened; give a file without it, or {CHOICES}."
        )
    if found.layer_names & TOP_LAYERS and not found.is_ours:
        raise WeightsError(
            f"The weights file {path} includes ImageNet's own classes; give the file without them, such as "
            f"{weights_name(config)}, or {CHOICES}."
        )
    if found.num_params != backbone_of(config).count_params(config.alpha):
        raise WeightsError(f"The weights file {path} {_describe(found.num_params, config)}")


def look_at(path: Path) -> WeightsFile:
    """Return what a file holds.

    Raises:
        WeightsError: It is damaged, cut short, of another kind, or a folder.
    """
    if path.is_dir():
        raise WeightsError(
            f"The weights {path} are a folder; give a file such as one that ends in .h5, or {CHOICES}."
        )
    if not path.name.endswith(SUFFIXES):
        raise WeightsError(
            f"The weights file {path} does not end in {', '.join(SUFFIXES)}; give a file that Keras has "
            f"written, or {CHOICES}."
        )
    try:
        if path.name.endswith(".keras"):
            return _look_at_network(path)
        with _open_h5(path) as file:
            return _look_at_h5(file, is_new=path.name.endswith(".weights.h5"))
    except UNREADABLE as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise WeightsError(
            f"The weights file {path} is damaged or cut short, or holds no weights ({reason}); delete it and "
            f"get it again, or {CHOICES}."
        ) from error


def _describe(num_params: int, config: RunConfig) -> str:
    """Say whose weights so many numbers are, and what to do."""
    for spec in CATALOG.values():
        for alpha, number in (spec.backbone.num_params if spec.backbone else {}).items():
            if number != num_params:
                continue
            if spec.name == config.model:
                return (
                    f"is of {spec.title} of alpha {alpha:g}, but alpha is {config.alpha:g}; set alpha to "
                    f"{alpha:g}, or give {weights_name(config)}."
                )
            return f"is of {spec.title}; set model to {spec.name}, give {weights_name(config)}, or {CHOICES}."
    return (
        f"has {num_params:,} parameters, but {find_model(config.model).title} without its classes has "
        f"{backbone_of(config).count_params(config.alpha):,}; give a file such as {weights_name(config)}, "
        f"or {CHOICES}."
    )


@contextmanager
def _open_h5(source: Any) -> Iterator[Any]:
    import h5py  # noqa: PLC0415 - a quarter of a second that only pretrained networks need

    with h5py.File(source, "r") as file:
        yield file


def _look_at_network(path: Path) -> WeightsFile:
    """Read a ``.keras`` archive: its description, and the shapes of its weights."""
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        with archive.open("model.weights.h5") as member, _open_h5(member) as file:
            layers = config["config"]["layers"]
            names = [layer["config"]["name"] for layer in layers]
            is_ours = {"images", LOGITS_LAYER, PROBS_LAYER} <= set(names)
            end = next((i for i, name in enumerate(names) if is_ours and name in POOLING_LAYERS), len(names))
            groups = number_names([layer["class_name"] for layer in layers])[:end]
            num_params = sum(_count(file["layers"][group]) for group in groups if group in file["layers"])
    return WeightsFile(num_params, frozenset(names), is_ours=is_ours, has_lambda=_has_lambda(config))


def _look_at_h5(file: Any, *, is_new: bool) -> WeightsFile:
    """Read a file of weights, new (by the class of layers) or old (by their names)."""
    has_lambda = "model_config" in file.attrs and _has_lambda(json.loads(file.attrs["model_config"]))
    if is_new:
        return WeightsFile(_count(file["layers"]), frozenset(file["layers"]), has_lambda=has_lambda)
    group = file.get("model_weights", file)
    names = _texts(group.attrs, "layer_names")
    num_params = sum(
        int(group[name][weight].size)
        for name in names
        for weight in _texts(group[name].attrs, "weight_names")
    )
    return WeightsFile(num_params, frozenset(names), has_lambda=has_lambda)


def _texts(attributes: Any, name: str) -> list[str]:
    """Return a list of texts that Keras keeps in an attribute, or in several where it is long."""
    if name in attributes:
        found = list(attributes[name])
    else:
        parts = (f"{name}{number}" for number in range(len(attributes)))
        found = [text for part in parts if part in attributes for text in attributes[part]]
        if not found:
            raise KeyError(f"no {name}")
    return [text.decode() if isinstance(text, bytes) else str(text) for text in found]


def _count(group: Any) -> int:
    """Return how many numbers lie in a group, the state of random layers left out."""
    sizes: list[int] = []

    def visit(name: str, item: Any) -> None:
        if hasattr(item, "size") and "seed_generator" not in name:
            sizes.append(int(item.size))

    group.visititems(visit)
    return sum(sizes)


def _has_lambda(config: Any) -> bool:
    """Whether a Lambda layer stands anywhere in a network's description."""
    if isinstance(config, dict):
        return config.get("class_name") == "Lambda" or any(_has_lambda(part) for part in config.values())
    return isinstance(config, list) and any(_has_lambda(part) for part in config)

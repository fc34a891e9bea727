"""A name for what a network computes up to each of its layers, whatever the layers are called.

The name of a layer is a hash of its settings, its weights and the names of the layers before it, as in a
Merkle tree (https://doi.org/10.1007/3-540-48184-2_32). So two networks share it exactly as far as they make
the same numbers of an image: preprocessing, precision, architecture and weights are all in it.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import keras

WITHOUT_EFFECT = ("name", "trainable")  # settings of a layer that do not change what a frozen one computes


def name_computations(model: keras.Model) -> dict[str, str]:
    """Return the name of what each layer of a functional model computes of the model's input.

    Returns:
        Name of the layer to 40 hexadecimal digits, from input to output.
    """
    names: dict[str, str] = {}
    for entry in model.get_config()["layers"]:
        sources = [names[source] for source in _sources(entry["inbound_nodes"])]
        settings = {key: value for key, value in entry["config"].items() if key not in WITHOUT_EFFECT}
        told = json.dumps([entry["class_name"], settings, sources], sort_keys=True, default=repr)
        digest = hashlib.sha1(told.encode(), usedforsecurity=False)
        for variable in model.get_layer(entry["name"]).weights:
            digest.update(keras.ops.convert_to_numpy(variable).tobytes())
        names[entry["name"]] = digest.hexdigest()
    return names


def _sources(node: Any) -> Iterator[str]:
    """Yield the layers from which tensors flow into a layer, in order, by their names."""
    if isinstance(node, dict) and node.get("class_name") == "__keras_tensor__":
        yield node["config"]["keras_history"][0]
    elif isinstance(node, dict | list | tuple):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _sources(part)

"""A network on all classes as a network on groups, without training: the probabilities of a group are added.

Adding is one dense layer more, frozen, without bias, whose kernel holds a 1 where a class (row) belongs to a
group (column) and 0 elsewhere.
"""

import keras
import numpy as np

from core.regrouping.grouping import Grouping

LAYER_NAME = "summed_groups"


def add_groups(model: keras.Model, grouping: Grouping) -> keras.Model:
    """Return a network that gives the probabilities of groups; it shares the layers of ``model``.

    Args:
        model: From images to probabilities, shape ``(batch, num_classes)``.
        grouping: Of the model's classes, in the order of its outputs.

    Returns:
        From the same images to probabilities, float32, shape ``(batch, num_groups)``.
    """
    layer = keras.layers.Dense(
        grouping.num_groups, use_bias=False, trainable=False, dtype="float32", name=LAYER_NAME
    )
    summed = keras.Model(model.input, layer(model.output), name=f"{model.name}_summed")
    kernel = np.zeros((grouping.num_classes, grouping.num_groups), np.float32)
    kernel[np.arange(grouping.num_classes), grouping.group_of_class] = 1
    layer.set_weights([kernel])
    return summed


def sum_of_groups(probs: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Return what such a network has to say of images whose probabilities are known.

    Args:
        probs: Shape ``(num_samples, num_classes)``.
        grouping: Of these classes.

    Returns:
        Float64, shape ``(num_samples, num_groups)``.
    """
    members = [grouping.group_of_class == group for group in range(grouping.num_groups)]
    return np.stack([probs[:, each].astype(np.float64).sum(axis=1) for each in members], axis=1)

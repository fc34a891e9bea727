"""The end of every network: from features to one probability a class."""

import keras

LOGITS_LAYER = "logits"  # before softmax; what Grad-CAM differentiates
PROBS_LAYER = "probs"  # after softmax


def classify(features: keras.KerasTensor, num_classes: int, *, dropout: float = 0.0) -> keras.KerasTensor:
    """Return class probabilities as the layer ``probs``, their logits being the layer ``logits`` before it.

    Args:
        features: Float32, shape ``(batch, num_features)``.
        num_classes: Number of classes.
        dropout: Share of the features that is left out at random in each training step, 0-1.

    Returns:
        Probabilities, float32, shape ``(batch, num_classes)``, rows sum to 1.
    """
    if dropout:
        features = keras.layers.Dropout(dropout, name="dropout")(features)
    logits = keras.layers.Dense(num_classes, name=LOGITS_LAYER)(features)
    return keras.layers.Activation("softmax", name=PROBS_LAYER)(logits)

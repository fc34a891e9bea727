"""What training makes small: cross-entropy or focal loss, of targets that may be smoothed.

They are Keras' own, for labels as numbers. Validation uses the same loss, without class weights, as Keras
does with its ``class_weight``.
"""

import keras
import tensorflow as tf

from core.runs.config import RunConfig


def build_loss(config: RunConfig) -> keras.losses.Loss:
    """Return the loss of a run, for labels, int, shape ``(batch,)``, and probabilities."""
    if config.loss == "focal":
        return OneHotLoss("focal", smoothing=config.label_smoothing, gamma=config.focal_gamma)
    if config.label_smoothing:
        return OneHotLoss("cross_entropy", smoothing=config.label_smoothing)
    return keras.losses.SparseCategoricalCrossentropy()


class OneHotLoss(keras.losses.Loss):
    """A loss between targets, one number a class, and probabilities.

    Sources: label smoothing, Szegedy et al. (2016), https://arxiv.org/abs/1512.00567; focal loss, Lin et al.
    (2017), https://arxiv.org/abs/1708.02002, without its weight of each class (alpha).
    """

    def __init__(self, kind: str, *, smoothing: float = 0.0, gamma: float = 0.0) -> None:
        """Choose the loss.

        Args:
            kind: ``"cross_entropy"`` or ``"focal"``.
            smoothing: Share of the target that is spread evenly over all classes, 0-1.
            gamma: Of focal loss: how much less easy images count.
        """
        super().__init__(name=kind)
        self._kind, self._smoothing, self._gamma = kind, smoothing, gamma

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Return the loss of each image, shape ``(batch,)``.

        Args:
            y_true: Labels, shape ``(batch,)`` or ``(batch, 1)``.
            y_pred: Probabilities, shape ``(batch, num_classes)``.
        """
        labels = tf.cast(tf.reshape(y_true, (-1,)), tf.int32)
        targets = tf.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
        if self._kind == "focal":
            return keras.losses.categorical_focal_crossentropy(
                targets, y_pred, alpha=1.0, gamma=self._gamma, label_smoothing=self._smoothing
            )
        return keras.losses.categorical_crossentropy(targets, y_pred, label_smoothing=self._smoothing)

"""What is measured of every epoch, on training and validation images alike; class weights do not count."""

import keras
import tensorflow as tf


def build_metrics(num_classes: int) -> list[keras.metrics.Metric]:
    """Return accuracy and macro F1, for labels, int, shape ``(batch,)``, and probabilities."""
    return [keras.metrics.SparseCategoricalAccuracy(name="accuracy"), MacroF1(num_classes)]


class MacroF1(keras.metrics.Metric):
    """Mean of the F1 scores of all classes that are there, or are predicted, as scikit-learn's default.

    Three counts a class are kept, not a matrix, so that thousands of classes cost nothing. F1 of a class is
    2 tp / (images of the class + images taken for it).
    """

    def __init__(self, num_classes: int, name: str = "macro_f1") -> None:
        """Begin with no images.

        Args:
            num_classes: Number of classes.
            name: As the history names it.
        """
        super().__init__(name=name, dtype="float32")  # whole numbers are exact up to 16 million
        self._num_classes = num_classes
        self._counts = self.add_variable(
            shape=(3, num_classes), initializer="zeros", name="counts"
        )  # images of the class, taken for it, both

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        """Count a batch; every image counts the same, whatever its weight.

        Args:
            y_true: Labels, shape ``(batch,)`` or ``(batch, 1)``.
            y_pred: Probabilities, shape ``(batch, num_classes)``.
            sample_weight: Of each image; not used.
        """
        num_classes = self._num_classes
        truth = tf.cast(tf.reshape(y_true, (-1,)), tf.int32)
        guess = tf.argmax(y_pred, axis=-1, output_type=tf.int32)
        hit = tf.where(truth == guess, truth + 2 * num_classes, 3 * num_classes)  # a miss counts nowhere
        places = tf.concat([truth, guess + num_classes, hit], axis=0)
        counts = tf.math.unsorted_segment_sum(tf.ones_like(places, tf.float32), places, 3 * num_classes + 1)
        self._counts.assign_add(tf.reshape(counts[:-1], (3, num_classes)))

    def result(self) -> tf.Tensor:
        """Return the macro F1 of all images so far, 0-1; 0 before the first."""
        counts = tf.convert_to_tensor(self._counts)
        num_either = counts[0] + counts[1]  # (num_classes,)
        scores = tf.math.divide_no_nan(2 * counts[2], num_either)
        is_there = tf.cast(num_either > 0, tf.float32)
        return tf.math.divide_no_nan(tf.reduce_sum(scores), tf.reduce_sum(is_there))

"""LeNet for color pictures: two convolutions with average pooling, three dense layers.

Source: LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition,
https://doi.org/10.1109/5.726791. As in coursework today: 3 x 3 'valid' kernels, ReLU, softmax.
81,302 parameters at 32 x 32 x 3 and 10 classes.
"""

import keras
from keras import layers

from core.models.heads import classify
from core.runs.image_size import ImageSize


def build_lenet(image_size: ImageSize, num_classes: int) -> keras.Model:
    """Return an untrained LeNet.

    Args:
        image_size: Of the input, each side at least 10 pixels.
        num_classes: Number of classes.

    Returns:
        Flat functional model: RGB, 0-255, shape ``(batch, height, width, 3)``, to probabilities,
        shape ``(batch, num_classes)``.
    """
    images = keras.Input((*image_size, 3), name="images")
    x = layers.Rescaling(1 / 255, name="rescaling")(images)
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(x)  # (batch, size - 2, size - 2, 6)
    x = layers.AveragePooling2D(2, name="pool1")(x)
    x = layers.Conv2D(16, 3, activation="relu", name="conv2")(x)
    x = layers.AveragePooling2D(2, name="pool2")(x)
    x = layers.Flatten(name="flatten")(x)  # 32 pixels: (batch, 576)
    x = layers.Dense(120, activation="relu", name="dense1")(x)
    x = layers.Dense(84, activation="relu", name="dense2")(x)
    return keras.Model(images, classify(x, num_classes), name="lenet")

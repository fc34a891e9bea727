"""A small network of our own: convolution blocks that halve the picture, then one dense layer.

Convolution and batch normalization as in Ioffe and Szegedy (2015), https://arxiv.org/abs/1502.03167.
Pooling comes before normalization: the result is the same up to rounding while all scales are positive, as
they are at the start, and on a CPU an epoch takes a third less time.
"""

import keras
from keras import layers

from core.models.heads import classify
from core.runs.image_size import ImageSize

FIRST_FILTERS = 16  # doubled from block to block
MAX_FILTERS = 64
LAST_MAP = 8  # pixels; blocks are added until one works on a map this wide or narrower
DROPOUT = 0.3
MOMENTUM = 0.9  # of the running means; Keras' 0.99 needs more steps than small datasets have in an epoch


def build_small_cnn(image_size: ImageSize, num_classes: int) -> keras.Model:
    """Return an untrained network of as many blocks as the image size asks for: 3 at 28 pixels, 4 at 64.

    Args:
        image_size: Of the input, each side at least 8 pixels.
        num_classes: Number of classes.

    Returns:
        Flat functional model: RGB, 0-255, shape ``(batch, height, width, 3)``, to probabilities,
        shape ``(batch, num_classes)``.
    """
    images = keras.Input((*image_size, 3), name="images")
    x = layers.Rescaling(1 / 255, name="rescaling")(images)
    number, size, filters = 1, min(image_size), FIRST_FILTERS
    while size > LAST_MAP:
        x = _block(x, number, filters)
        number, size, filters = number + 1, size // 2, min(2 * filters, MAX_FILTERS)
    x = _block(x, number, filters)  # (batch, height, width, filters), the smaller side 2 to 4
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(images, classify(x, num_classes, dropout=DROPOUT), name="small_cnn")


def _block(x: keras.KerasTensor, number: int, filters: int) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv{number}")(x)
    x = layers.MaxPooling2D(name=f"pool{number}")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM, name=f"norm{number}")(x)
    return layers.ReLU(name=f"relu{number}")(x)

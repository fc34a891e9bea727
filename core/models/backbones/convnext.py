"""ConvNeXtTiny without its classes: flat, of Keras' own layers, with the application's names and weights.

Source: Liu et al. (2022), https://arxiv.org/abs/2201.03545, as in Keras Applications,
https://github.com/keras-team/keras/blob/master/keras/src/applications/convnext.py. There the stem and the
halvings are networks inside the network, and the scale of each branch is a layer with which a saved file
cannot be read back; here that scale is an ``EinsumDense`` with one weight a channel. The order of weights
is the same.
"""

import keras
from keras import layers

NAME = "convnext_tiny"
DEPTHS = (3, 3, 9, 3)  # blocks of each stage
WIDTHS = (96, 192, 384, 768)  # channels of each stage
EPSILON = 1e-6
FIRST_SCALE = 1e-6  # of each branch


def add_convnext(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return the last maps of ConvNeXtTiny on top of ``x``.

    Args:
        x: Scaled images, shape ``(batch, height, width, 3)``, each side at least 32 pixels.

    Returns:
        Maps, shape ``(batch, height // 32, width // 32, 768)``.
    """
    x = layers.Conv2D(WIDTHS[0], 4, strides=4, name=f"{NAME}_stem_conv")(x)
    x = layers.LayerNormalization(epsilon=EPSILON, name=f"{NAME}_stem_layernorm")(x)
    for stage, (depth, width) in enumerate(zip(DEPTHS, WIDTHS, strict=True)):
        if stage:
            norm_name = f"{NAME}_downsampling_layernorm_{stage - 1}"
            x = layers.LayerNormalization(epsilon=EPSILON, name=norm_name)(x)
            x = layers.Conv2D(width, 2, strides=2, name=f"{NAME}_downsampling_conv_{stage - 1}")(x)
        for number in range(depth):
            x = _add_block(x, width, f"{NAME}_stage_{stage}_block_{number}")
    return layers.LayerNormalization(epsilon=EPSILON, name="layer_normalization")(x)


def _add_block(inputs: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(width, 7, padding="same", groups=width, name=f"{name}_depthwise_conv")(inputs)
    x = layers.LayerNormalization(epsilon=EPSILON, name=f"{name}_layernorm")(x)
    x = layers.Dense(4 * width, name=f"{name}_pointwise_conv_1")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(width, name=f"{name}_pointwise_conv_2")(x)
    x = layers.EinsumDense(
        "bhwc,c->bhwc",
        output_shape=x.shape[1:],
        kernel_initializer=keras.initializers.Constant(FIRST_SCALE),
        name=f"{name}_layer_scale",
    )(x)
    return layers.Add(name=f"{name}_add")([inputs, x])

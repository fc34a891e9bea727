"""AlexNet with batch normalization: five convolutions, the first 11 x 11, and two dense layers of 4,096.

Source: Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep convolutional neural
networks, https://papers.nips.cc/paper/4824. As in coursework today: one path instead of two, 384 filters in
the third and fourth convolution, and batch normalization after each activation instead of local response
normalization.
58,327,818 parameters at 227 x 227 x 3 and 10 classes, 58,325,066 trainable.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

DROPOUT = 0.5


def _conv(filters: int, kernel: int, stride: int = 1) -> tuple[StackLayer, StackLayer]:
    conv = StackLayer(
        kind="conv",
        units=filters,
        kernel=kernel,
        stride=stride,
        padding="valid" if stride > 1 else "same",
        activation="relu",
    )
    return conv, StackLayer(kind="batch_norm")


POOL = StackLayer(kind="max_pool", kernel=3, stride=2, padding="valid")
DENSE = StackLayer(kind="dense", units=4096, activation="relu", dropout=DROPOUT)
LAYERS = (
    *_conv(96, 11, 4),
    POOL,
    *_conv(256, 5),
    POOL,
    *_conv(384, 3),
    *_conv(384, 3),
    *_conv(256, 3),
    POOL,
    StackLayer(kind="flatten"),  # 227 pixels: 9,216 numbers
    DENSE,
    DENSE,
)
SPEC = ModelSpec(
    name="alexnet",
    title="AlexNet",
    description="The network that won ImageNet's contest in 2012, here with batch normalization; 58 million "
    "parameters, so it wants a GPU and many images.",
    source="https://papers.nips.cc/paper/4824",
    min_image_size=67,
    default_image_size=ImageSize(227, 227),
    layers=lambda _: LAYERS,
)

"""SimpleNet: thirteen convolutions of few filters, no shortcuts, five poolings.

Source: Hasanpour, Rouhani, Fayyaz and Sabokrou (2016), Lets keep it simple, using simple architectures to
outperform deeper and more complex architectures, https://arxiv.org/abs/1608.06037. Batch normalization and
ReLU after each convolution, two of which are 1 x 1; dropout after each pooling; the maximum of each last map.
5,507,466 parameters at 10 classes, 5,498,378 trainable, whatever the image size.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

DROPOUT = 0.1
FILTERS = ((64, 128, 128, 128), (128, 128, 256), (256, 256), (512,))  # 3 x 3; a pooling follows each group
WIDE, NARROW = 2048, 256  # filters of the two 1 x 1 convolutions


def _conv(filters: int, kernel: int = 3) -> StackLayer:
    return StackLayer(kind="conv", units=filters, kernel=kernel, activation="relu", batch_norm=True)


def _pool() -> StackLayer:
    return StackLayer(kind="max_pool", kernel=2, padding="valid", dropout=DROPOUT)


LAYERS = (
    *(row for group in FILTERS for row in (*(_conv(filters) for filters in group), _pool())),
    _conv(WIDE, kernel=1),
    _conv(NARROW, kernel=1),
    _pool(),
    _conv(NARROW),
    StackLayer(kind="global_max_pool", dropout=DROPOUT),
)
SPEC = ModelSpec(
    name="simplenet",
    title="SimpleNet",
    description="Thirteen convolutions in a row with batch normalization: a strong network to train from "
    "scratch, slow without a GPU.",
    source="https://arxiv.org/abs/1608.06037",
    min_image_size=32,
    default_image_size=ImageSize(32, 32),
    layers=lambda _: LAYERS,
)

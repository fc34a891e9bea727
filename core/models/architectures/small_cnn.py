"""A small network of our own: convolution blocks that halve the picture, then one dense layer.

Convolution and batch normalization as in Ioffe and Szegedy (2015), https://arxiv.org/abs/1502.03167.
Pooling comes before normalization: the result is the same up to rounding while all scales are positive, as
they are at the start, and on a CPU an epoch takes a third less time.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

FIRST_FILTERS = 16  # doubled from block to block
MAX_FILTERS = 64
LAST_MAP = 8  # pixels; blocks are added until one works on a map this wide or narrower
DROPOUT = 0.3


def list_layers(image_size: ImageSize) -> tuple[StackLayer, ...]:
    """Return the rows: as many blocks as the image size asks for, 3 at 28 pixels, 4 at 64."""
    side, filters = min(image_size), FIRST_FILTERS
    layers = _block(filters)
    while side > LAST_MAP:
        side, filters = side // 2, min(2 * filters, MAX_FILTERS)
        layers += _block(filters)
    return (*layers, StackLayer(kind="flatten"), StackLayer(kind="dropout", dropout=DROPOUT))


def _block(filters: int) -> list[StackLayer]:
    return [
        StackLayer(kind="conv", units=filters, bias=False),
        StackLayer(kind="max_pool", kernel=2, padding="valid", batch_norm=True, activation="relu"),
    ]


SPEC = ModelSpec(
    name="small_cnn",
    title="Small CNN",
    description="Three to five convolution blocks with batch normalization; "
    "learns small pictures in a minute without a GPU.",
    source="",
    min_image_size=8,
    default_image_size=ImageSize(64, 64),
    layers=list_layers,
)

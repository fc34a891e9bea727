"""A lecture's network for CIFAR-10: three convolutions with pooling, then dense layers of 256 and 128.

3 x 3 'valid' kernels, 2 x 2 max pooling, ReLU. 258,762 parameters at 32 x 32 x 3 and 10 classes. The data:
Krizhevsky (2009), https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer


def list_rows(*, batch_norm: bool) -> tuple[StackLayer, ...]:
    """Return the rows, with or without batch normalization between each layer and its activation."""
    rows = []
    for filters in (32, 64, 128):
        rows += [
            StackLayer(kind="conv", units=filters, padding="valid", activation="relu", batch_norm=batch_norm),
            StackLayer(kind="max_pool", kernel=2, padding="valid"),
        ]
    rows.append(StackLayer(kind="flatten"))  # 32 pixels: 512 numbers
    rows += [
        StackLayer(kind="dense", units=units, activation="relu", batch_norm=batch_norm)
        for units in (256, 128)
    ]
    return tuple(rows)


LAYERS = list_rows(batch_norm=False)
SPEC = ModelSpec(
    name="cifar_cnn",
    title="CIFAR-10 CNN",
    description="Three convolutions and two dense layers, from a lecture; quick on small pictures, and "
    "overfits when trained for long.",
    source="https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf",
    min_image_size=22,
    default_image_size=ImageSize(32, 32),
    layers=lambda _: LAYERS,
)

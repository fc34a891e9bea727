"""A plain baseline for skin lesions: two convolutions, each with pooling, and one dense layer.

The skin lesions study says of its baseline 'same' padding, softmax and cross-entropy, and no sizes; those
here are of our own choosing, in the range in which the study then searched (8 to 64 filters or units). The
data: Tschandl, Rosendahl and Kittler (2018), The HAM10000 dataset, https://doi.org/10.1038/sdata.2018.161.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

LAYERS = (
    StackLayer(kind="conv", units=32, activation="relu"),
    StackLayer(kind="max_pool", kernel=2, padding="valid"),
    StackLayer(kind="conv", units=32, activation="relu"),
    StackLayer(kind="max_pool", kernel=2, padding="valid"),
    StackLayer(kind="flatten"),  # 150 x 120 pixels: 35,520 numbers
    StackLayer(kind="dense", units=32, activation="relu"),
)
SPEC = ModelSpec(
    name="skin_baseline",
    title="Skin baseline CNN",
    description="Two convolutions with pooling and a dense layer: the plain start to measure others against. "
    "The study of skin lesions states no sizes for its baseline; these are ours.",
    source="https://doi.org/10.1038/sdata.2018.161",
    min_image_size=8,
    default_image_size=ImageSize(150, 120),
    layers=lambda _: LAYERS,
)

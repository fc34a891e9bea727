"""The network that a random search found for skin lesions: two convolutions and two dense layers of 32.

As in the skin lesions study: 3 x 3 'same' kernels, ReLU, one max pooling, dropout 0.2. 4,622,939 parameters
at 150 x 120 x 3 and 7 classes. The data: Tschandl, Rosendahl and Kittler (2018), The HAM10000 dataset,
https://doi.org/10.1038/sdata.2018.161.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

LAYERS = (
    StackLayer(kind="conv", units=43, activation="relu"),
    StackLayer(kind="conv", units=32, activation="relu"),
    StackLayer(kind="max_pool", kernel=2, padding="valid", dropout=0.2),
    StackLayer(kind="flatten"),  # 150 x 120 pixels: 144,000 numbers
    StackLayer(kind="dense", units=32, activation="relu"),
    StackLayer(kind="dense", units=32, activation="relu"),
)
SPEC = ModelSpec(
    name="tuned_cnn",
    title="Tuned skin CNN",
    description="What a random search found best among small networks for skin lesions: two convolutions at "
    "full size, and two dense layers.",
    source="https://doi.org/10.1038/sdata.2018.161",
    min_image_size=8,
    default_image_size=ImageSize(150, 120),
    layers=lambda _: LAYERS,
)

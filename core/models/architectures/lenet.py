"""LeNet for color pictures: two convolutions with average pooling, three dense layers.

Source: LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition,
https://doi.org/10.1109/5.726791. As in coursework today: 3 x 3 'valid' kernels, ReLU, softmax.
81,302 parameters at 32 x 32 x 3 and 10 classes.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

LAYERS = (
    StackLayer(kind="conv", units=6, padding="valid", activation="relu"),
    StackLayer(kind="average_pool", kernel=2, padding="valid"),
    StackLayer(kind="conv", units=16, padding="valid", activation="relu"),
    StackLayer(kind="average_pool", kernel=2, padding="valid"),
    StackLayer(kind="flatten"),  # 32 pixels: 576 numbers
    StackLayer(kind="dense", units=120, activation="relu"),
    StackLayer(kind="dense", units=84, activation="relu"),
)
SPEC = ModelSpec(
    name="lenet",
    title="LeNet",
    description="The classic of 1998 with two convolutions and three dense layers; "
    "very fast, and easy to read filter by filter.",
    source="https://doi.org/10.1109/5.726791",
    min_image_size=10,
    default_image_size=ImageSize(32, 32),
    layers=lambda _: LAYERS,
)

"""VGG16 from scratch, with its two dense layers of 4,096: thirteen 3 x 3 convolutions in five groups.

Source: Simonyan and Zisserman (2015), https://arxiv.org/abs/1409.1556. As the hotel rooms study trained it:
147,026,796 parameters at 224 x 224 x 3 and 3,116 classes. The pretrained network without these dense layers
is the model ``vgg16``.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

FILTERS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def _group(filters: tuple[int, ...]) -> tuple[StackLayer, ...]:
    convs = (StackLayer(kind="conv", units=number, activation="relu") for number in filters)
    return (*convs, StackLayer(kind="max_pool", kernel=2, padding="valid"))


LAYERS = (
    *(row for filters in FILTERS for row in _group(filters)),
    StackLayer(kind="flatten"),  # 224 pixels: 25,088 numbers
    StackLayer(kind="dense", units=4096, activation="relu"),
    StackLayer(kind="dense", units=4096, activation="relu"),
)
SPEC = ModelSpec(
    name="vgg16_scratch",
    title="VGG16 from scratch",
    description="Thirteen convolutions and three large dense layers, trained from random weights; 134 "
    "million parameters and more, so it wants a GPU, many images and patience.",
    source="https://arxiv.org/abs/1409.1556",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    layers=lambda _: LAYERS,
)

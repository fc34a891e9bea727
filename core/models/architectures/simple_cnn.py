"""A simple CNN of coursework: three convolutions, the last without pooling, and a dense layer of 64.

As in the coursework study: 3 x 3 'valid' kernels, ReLU. 8,708,466 parameters at 200 x 200 x 3 and 10 classes,
nearly all of them between the last maps and the dense layer.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

LAYERS = (
    StackLayer(kind="conv", units=6, padding="valid", activation="relu"),
    StackLayer(kind="max_pool", kernel=2, padding="valid"),
    StackLayer(kind="conv", units=64, padding="valid", activation="relu"),
    StackLayer(kind="max_pool", kernel=2, padding="valid"),
    StackLayer(kind="conv", units=64, padding="valid", activation="relu"),
    StackLayer(kind="flatten"),  # 200 pixels: 135,424 numbers
    StackLayer(kind="dense", units=64, activation="relu"),
)
SPEC = ModelSpec(
    name="simple_cnn",
    title="Simple CNN",
    description="Three convolutions on larger photos, from coursework; it soon learns its training images by "
    "heart, which shows well what overfitting is.",
    source="",
    min_image_size=18,
    default_image_size=ImageSize(200, 200),
    layers=lambda _: LAYERS,
)

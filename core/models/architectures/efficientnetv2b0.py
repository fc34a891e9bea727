"""EfficientNetV2B0: scaled for accuracy and speed together, pretrained on ImageNet.

Source: Tan and Le (2021), https://arxiv.org/abs/2104.00298, as built by Keras Applications,
https://keras.io/api/applications/efficientnet_v2/. Its preprocessing there, mean and spread of each color, is
the first layer here.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

FIRST_LAYERS = {
    "1a": 6, "2a": 9, "2b": 14, "3a": 21, "3b": 26, "4a": 33, "4b": 46, "4c": 61,
    "5a": 76, "5b": 89, "5c": 104, "5d": 119, "5e": 134,
    "6a": 149, "6b": 162, "6c": 177, "6d": 192, "6e": 207, "6f": 222, "6g": 237, "6h": 252,
}  # fmt: skip
BLOCKS = (
    Block("stem", 3, "stem_conv"),
    Block("block1a", FIRST_LAYERS["1a"], "block1a_project_conv"),
    *(
        Block(f"block{part}", first, f"block{part}_expand_conv")
        for part, first in FIRST_LAYERS.items()
        if part != "1a"
    ),
    Block("top", 267, "top_conv"),
)

SPEC = ModelSpec(
    name="efficientnetv2b0",
    title="EfficientNetV2B0",
    description="Small, quick and accurate; a good first choice where its weights are at hand.",
    source="https://arxiv.org/abs/2104.00298",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    backbone=Backbone(
        application="EfficientNetV2B0",
        scaling="torch",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/efficientnet_v2/",
            name="efficientnetv2-b0_notop.h5",
            checksum="893217f2bb855e2983157299931e43ff",
        ),
        num_params={1: 5_919_312},
    ),
)

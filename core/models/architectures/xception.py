"""Xception: depthwise separable convolutions with shortcuts, pretrained on ImageNet.

Source: Chollet (2016), https://arxiv.org/abs/1610.02357, as built by Keras Applications,
https://keras.io/api/applications/xception/.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

BLOCKS = (
    Block("block1", 1, "block1_conv1"),
    Block("block2", 7, "block2_sepconv1"),
    *(Block(f"block{number}", 10 * number - 14, f"block{number}_sepconv1_act") for number in range(3, 14)),
    Block("block14", 126, "block14_sepconv1"),
)

SPEC = ModelSpec(
    name="xception",
    title="Xception",
    description="Splits each convolution into one for places and one for filters; accurate for its size, "
    "made for 299 pixels.",
    source="https://arxiv.org/abs/1610.02357",
    min_image_size=71,
    default_image_size=ImageSize(299, 299),
    backbone=Backbone(
        application="Xception",
        scaling="symmetric",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/xception/",
            name="xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
            checksum="b0042744bf5b25fce3cb969f33bebb97",
        ),
        num_params={1: 20_861_480},
    ),
)

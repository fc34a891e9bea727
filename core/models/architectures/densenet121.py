"""DenseNet121: every layer sees the maps of all layers before it in its block, pretrained on ImageNet.

Source: Huang, Liu, van der Maaten and Weinberger (2016), https://arxiv.org/abs/1608.06993, as built by Keras
Applications, https://keras.io/api/applications/densenet/.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

BLOCKS = (
    Block("stem", 1, "zero_padding2d"),
    Block("conv2", 7, "conv2_block1_0_bn"),
    Block("pool2", 49, "pool2_bn"),
    Block("conv3", 53, "conv3_block1_0_bn"),
    Block("pool3", 137, "pool3_bn"),
    Block("conv4", 141, "conv4_block1_0_bn"),
    Block("pool4", 309, "pool4_bn"),
    Block("conv5", 313, "conv5_block1_0_bn"),
)

SPEC = ModelSpec(
    name="densenet121",
    title="DenseNet121",
    description="Each layer sees the maps of all before it in its block, so few parameters go far; often "
    "used for medical pictures.",
    source="https://arxiv.org/abs/1608.06993",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    backbone=Backbone(
        application="DenseNet121",
        scaling="torch",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/densenet/",
            name="densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
            checksum="30ee3e1110167f948a6b9946edeeb738",
        ),
        num_params={1: 7_037_504},
    ),
)

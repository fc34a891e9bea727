"""VGG16: 13 convolutions of 3 x 3 in five blocks, pretrained on ImageNet.

Source: Simonyan and Zisserman (2014), https://arxiv.org/abs/1409.1556, as built by Keras Applications,
https://keras.io/api/applications/vgg/.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

BLOCKS = (
    Block("block1", 1, "block1_conv1"),
    Block("block2", 4, "block2_conv1"),
    Block("block3", 7, "block3_conv1"),
    Block("block4", 11, "block4_conv1"),
    Block("block5", 15, "block5_conv1"),
)

SPEC = ModelSpec(
    name="vgg16",
    title="VGG16",
    description="Sixteen plain layers of 3 x 3 convolutions: easy to read, large, and slow; the network of "
    "many studies.",
    source="https://arxiv.org/abs/1409.1556",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    backbone=Backbone(
        application="VGG16",
        scaling="caffe",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/vgg16/",
            name="vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
            checksum="6d6bbae143d832006294945121d1f1fc",
        ),
        num_params={1: 14_714_688},
    ),
)

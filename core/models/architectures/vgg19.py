"""VGG19: 16 convolutions of 3 x 3 in five blocks, pretrained on ImageNet.

Source: Simonyan and Zisserman (2014), https://arxiv.org/abs/1409.1556, as built by Keras Applications,
https://keras.io/api/applications/vgg/.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

BLOCKS = (
    Block("block1", 1, "block1_conv1"),
    Block("block2", 4, "block2_conv1"),
    Block("block3", 7, "block3_conv1"),
    Block("block4", 12, "block4_conv1"),
    Block("block5", 17, "block5_conv1"),
)

SPEC = ModelSpec(
    name="vgg19",
    title="VGG19",
    description="Like VGG16 with three convolutions more; slower, seldom better.",
    source="https://arxiv.org/abs/1409.1556",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    backbone=Backbone(
        application="VGG19",
        scaling="caffe",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/vgg19/",
            name="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
            checksum="253f8cb515780f3b799900260a226db6",
        ),
        num_params={1: 20_024_384},
    ),
)

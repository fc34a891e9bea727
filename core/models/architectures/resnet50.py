"""ResNet50: sixteen residual blocks of three convolutions, pretrained on ImageNet.

Source: He, Zhang, Ren and Sun (2015), https://arxiv.org/abs/1512.03385, as built by Keras Applications,
https://keras.io/api/applications/resnet/.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

FIRST_LAYERS = (7, 19, 29, 39, 51, 61, 71, 81, 93, 103, 113, 123, 133, 143, 155, 165)
STAGES = {2: 3, 3: 4, 4: 6, 5: 3}  # blocks of each
NAMES = [f"conv{stage}_block{number}" for stage, count in STAGES.items() for number in range(1, count + 1)]
BLOCKS = (
    Block("stem", 1, "conv1_pad"),
    *(Block(name, first, f"{name}_1_conv") for name, first in zip(NAMES, FIRST_LAYERS, strict=True)),
)

SPEC = ModelSpec(
    name="resnet50",
    title="ResNet50",
    description="Fifty layers with shortcuts, so that depth does not get in the way of learning; a usual "
    "yardstick.",
    source="https://arxiv.org/abs/1512.03385",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    backbone=Backbone(
        application="ResNet50",
        scaling="caffe",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/resnet/",
            name="resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
            checksum="4d473c1dd8becc155b73f8504c6f6626",
        ),
        num_params={1: 23_587_712},
    ),
)

"""MobileNetV2: inverted residual blocks, pretrained on ImageNet.

Source: Sandler, Howard, Zhu, Zhmoginov and Chen (2018), https://arxiv.org/abs/1801.04381, as built by Keras
Applications, https://keras.io/api/applications/mobilenet/. Keras states no checksums of its files.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

FIRST_LAYERS = (9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 98, 107, 116, 125, 134, 143)
BLOCKS = (
    Block("stem", 1, "Conv1"),
    Block("block_0", 4, "expanded_conv_depthwise"),
    *(
        Block(f"block_{number}", first, f"block_{number}_expand")
        for number, first in enumerate(FIRST_LAYERS, 1)
    ),
    Block("top", 151, "Conv_1"),
)

SPEC = ModelSpec(
    name="mobilenetv2",
    title="MobileNetV2",
    description="MobileNet's successor: slim layers with shortcuts between them; small and quick.",
    source="https://arxiv.org/abs/1801.04381",
    min_image_size=32,
    default_image_size=ImageSize(96, 96),
    backbone=Backbone(
        application="MobileNetV2",
        scaling="symmetric",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/",
            name="mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{alpha}_{size}_no_top.h5",
            alpha_names={0.5: "0.5", 0.75: "0.75", 1.0: "1.0"},
            sizes=(224, 192, 160, 128, 96),
        ),
        num_params={0.5: 706_224, 0.75: 1_382_064, 1.0: 2_257_984},
    ),
)

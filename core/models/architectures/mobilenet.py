"""MobileNet: depthwise separable convolutions, pretrained on ImageNet.

Source: Howard et al. (2017), https://arxiv.org/abs/1704.04861, as built by Keras Applications,
https://keras.io/api/applications/mobilenet/. Keras states no checksums of its files.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

FIRST_LAYERS = (4, 10, 17, 23, 30, 36, 43, 49, 55, 61, 67, 73, 80)
PADDED = (2, 4, 6, 12)  # blocks that halve the maps; padding comes first
BLOCKS = (
    Block("stem", 1, "conv1"),
    *(
        Block(f"block{number}", first, f"conv_pad_{number}" if number in PADDED else f"conv_dw_{number}")
        for number, first in enumerate(FIRST_LAYERS, 1)
    ),
)

SPEC = ModelSpec(
    name="mobilenet",
    title="MobileNet",
    description="A slim network that has seen ImageNet's 1.2 million photos; quick without a GPU, and suits "
    "photos when there are few of them.",
    source="https://arxiv.org/abs/1704.04861",
    min_image_size=32,
    default_image_size=ImageSize(96, 96),
    backbone=Backbone(
        application="MobileNet",
        scaling="symmetric",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/",
            name="mobilenet_{alpha}_{size}_tf_no_top.h5",
            alpha_names={0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"},
            sizes=(224, 192, 160, 128),
        ),
        num_params={0.25: 218_544, 0.5: 829_536, 0.75: 1_832_976, 1.0: 3_228_864},
    ),
)

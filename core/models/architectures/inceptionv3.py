"""InceptionV3: blocks that look at several scales side by side, pretrained on ImageNet.

Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna (2015), https://arxiv.org/abs/1512.00567, as built by
Keras Applications, https://keras.io/api/applications/inceptionv3/. Fine-tuning the last 1, 2, ... 7 blocks
begins at layer 280, 249, 229, 197, 165, 133, 101 of the Keras network, as in the study of beauty products.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

BLOCKS = (
    Block("stem", 1, "conv2d"),
    Block("mixed0", 18, "conv2d_8"),
    Block("mixed1", 41, "conv2d_15"),
    Block("mixed2", 64, "conv2d_22"),
    Block("mixed3", 87, "conv2d_27"),
    Block("mixed4", 101, "conv2d_34"),
    Block("mixed5", 133, "conv2d_44"),
    Block("mixed6", 165, "conv2d_54"),
    Block("mixed7", 197, "conv2d_64"),
    Block("mixed8", 229, "conv2d_72"),
    Block("mixed9", 249, "conv2d_80"),
    Block("mixed10", 280, "conv2d_89"),
)

SPEC = ModelSpec(
    name="inceptionv3",
    title="InceptionV3",
    description="Looks at several scales side by side; made for large pictures, 299 pixels.",
    source="https://arxiv.org/abs/1512.00567",
    min_image_size=75,
    default_image_size=ImageSize(299, 299),
    backbone=Backbone(
        application="InceptionV3",
        scaling="symmetric",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/",
            name="inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
            checksum="bcbd6486424b2319ff4ef7d526e38f63",
        ),
        num_params={1: 21_802_784},
    ),
)

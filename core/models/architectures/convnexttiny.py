"""ConvNeXtTiny: a convolutional network modeled on vision transformers, pretrained on ImageNet.

Source: Liu, Mao, Wu, Feichtenhofer, Darrell and Xie (2022), https://arxiv.org/abs/2201.03545, as in Keras
Applications, https://keras.io/api/applications/convnext/. Built in ``core.models.backbones.convnext`` from
Keras' own layers alone: the application's parts cannot be read back in safe mode. Its preprocessing there,
mean and spread of each color, is the first layer here. Layer numbers are the application's, in which the stem
and each halving count as one layer.
"""

from core.models.spec import Backbone, Block, ModelSpec, Published
from core.runs.image_size import ImageSize

STAGES = (  # for each block the number of its first layer; stages but the first begin with a halving
    (3, 10, 17),
    (24, 32, 39),
    (46, 54, 61, 68, 75, 82, 89, 96, 103),
    (110, 118, 125),
)


def _first_layer(stage: int, number: int) -> str:
    if stage and not number:
        return f"convnext_tiny_downsampling_layernorm_{stage - 1}"
    return f"convnext_tiny_stage_{stage}_block_{number}_depthwise_conv"


BLOCKS = (
    Block("stem", 2, "convnext_tiny_stem_conv"),
    *(
        Block(f"stage{stage}_block{number}", first, _first_layer(stage, number))
        for stage, firsts in enumerate(STAGES)
        for number, first in enumerate(firsts)
    ),
)

SPEC = ModelSpec(
    name="convnexttiny",
    title="ConvNeXtTiny",
    description="A convolutional network of 2022 with ideas of vision transformers; the most accurate here, "
    "and slow without a GPU.",
    source="https://arxiv.org/abs/2201.03545",
    min_image_size=32,
    default_image_size=ImageSize(224, 224),
    backbone=Backbone(
        application="ConvNeXtTiny",
        scaling="torch",
        blocks=BLOCKS,
        published=Published(
            folder="https://storage.googleapis.com/tensorflow/keras-applications/convnext/",
            name="convnext_tiny_notop.h5",
            checksum="d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
        ),
        num_params={1: 27_820_128},
    ),
)

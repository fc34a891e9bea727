"""The lecture's network for CIFAR-10 with batch normalization in every layer but the last.

Layers as in ``cifar_cnn``; each is normalized before its activation, as in Ioffe and Szegedy (2015),
https://arxiv.org/abs/1502.03167. 261,194 parameters at 32 x 32 x 3 and 10 classes, 259,978 trainable.
"""

from core.models.architectures.cifar_cnn import list_rows
from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize

LAYERS = list_rows(batch_norm=True)
SPEC = ModelSpec(
    name="cifar_cnn_bn",
    title="CIFAR-10 CNN, normalized",
    description="The CIFAR-10 CNN with batch normalization in each layer: it learns in fewer epochs and is "
    "less sensitive to the learning rate.",
    source="https://arxiv.org/abs/1502.03167",
    min_image_size=22,
    default_image_size=ImageSize(32, 32),
    layers=lambda _: LAYERS,
)

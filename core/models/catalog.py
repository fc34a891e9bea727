"""What is known of each network before it is built; no TensorFlow, so that a page can show it at once."""

from dataclasses import dataclass

from core.errors import ModelError
from core.models.weights import resolve_weights
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize


@dataclass(frozen=True)
class ModelSpec:
    """A network that can be trained.

    Attributes:
        name: As in ``RunConfig.model``.
        title: For headings and choices.
        description: One or two sentences on what it is and when to take it.
        min_image_size: Smallest width and height that leaves it something to see, in pixels.
        default_image_size: What it was made for.
        pretrained: Whether it can start from ImageNet weights.
        source: URL of the paper, empty when it is our own.
    """

    name: str
    title: str
    description: str
    min_image_size: int
    default_image_size: ImageSize
    pretrained: bool = False
    source: str = ""


_SPECS = (
    ModelSpec(
        name="small_cnn",
        title="Small CNN",
        description="Three to five convolution blocks with batch normalization; "
        "learns small pictures in a minute without a GPU.",
        min_image_size=8,
        default_image_size=ImageSize(64, 64),
    ),
    ModelSpec(
        name="lenet",
        title="LeNet",
        description="The classic of 1998 with two convolutions and three dense layers; "
        "very fast, and easy to read filter by filter.",
        min_image_size=10,
        default_image_size=ImageSize(32, 32),
        source="https://doi.org/10.1109/5.726791",
    ),
    ModelSpec(
        name="mobilenet",
        title="MobileNet",
        description="A slim network that has seen ImageNet's 1.2 million photos; only its last layer is "
        "trained, which suits photos when there are few of them.",
        min_image_size=32,
        default_image_size=ImageSize(96, 96),
        pretrained=True,
        source="https://arxiv.org/abs/1704.04861",
    ),
)
CATALOG: dict[str, ModelSpec] = {spec.name: spec for spec in _SPECS}


def find_model(name: str) -> ModelSpec:
    """Return what is known of a network.

    Raises:
        ModelError: There is no such network.

    >>> find_model("lenet").min_image_size
    10
    """
    if name not in CATALOG:
        raise ModelError(f"There is no model {name!r}; models are {', '.join(CATALOG)}.")
    return CATALOG[name]


def check_config(config: RunConfig) -> None:
    """Refuse settings with which the network cannot be built; ImageNet weights are downloaded if need be.

    Raises:
        ModelError: The model is unknown, or the image size is too small for it.
        WeightsError: The weights are not at hand, cannot be downloaded, or do not fit.
    """
    spec = find_model(config.model)
    if min(config.image_size) < spec.min_image_size:
        raise ModelError(
            f"Image size {config.image_size.words} is too small for {spec.name}, which needs at least "
            f"{spec.min_image_size} pixels; choose a larger image size or another model."
        )
    if spec.pretrained:
        resolve_weights(config)

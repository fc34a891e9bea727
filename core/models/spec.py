"""What is known of a network before it is built; no TensorFlow, so that a page can show it at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

Scaling = Literal["unit", "symmetric", "caffe", "torch"]


@dataclass(frozen=True)
class Block:
    """A part of a network at whose beginning fine-tuning may cut: one tensor leads into it.

    Attributes:
        name: For people, such as ``"mixed9"``.
        first_layer: Index of its first layer among the layers of the Keras application without top,
            its input layer being 0; None for simple networks.
        layer: Name of its first layer in our model.
    """

    name: str
    first_layer: int | None
    layer: str


@dataclass(frozen=True)
class Published:
    """The files with a network's ImageNet weights that Keras Applications publishes, without its classes.

    Attributes:
        folder: URL, with a slash at the end.
        name: Of the file; ``{alpha}`` and ``{size}`` stand for width and image size.
        checksum: SHA-256 or MD5, as Keras states it; empty where Keras states none.
        alpha_names: How widths are written in ``name``.
        sizes: Image sizes with files of their own, the one for all others first; empty: one file for all.
    """

    folder: str
    name: str
    checksum: str = ""
    alpha_names: dict[float, str] = field(default_factory=dict)
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Backbone:
    """A network of Keras Applications without its classes, https://keras.io/api/applications/.

    Attributes:
        application: Name of the function in ``keras.applications``.
        scaling: The preprocessing it was trained with on ImageNet: 0 to 1, -1 to 1, BGR minus means (caffe),
            or mean and spread of each color (torch).
        blocks: From input to output.
        published: Its ImageNet weights.
        num_params: Parameters without the head, by width; a network of one width has the key 1.
    """

    application: str
    scaling: Scaling
    blocks: tuple[Block, ...]
    published: Published
    num_params: dict[float, int]

    @property
    def alphas(self) -> tuple[float, ...]:
        """Widths that can be chosen; empty where there is only one."""
        return tuple(self.num_params) if len(self.num_params) > 1 else ()

    def count_params(self, alpha: float) -> int:
        """Return its parameters at a width, which is passed over where there is only one."""
        return self.num_params[alpha if self.alphas else 1]


@dataclass(frozen=True)
class ModelSpec:
    """A network that can be trained.

    Attributes:
        name: As in ``RunConfig.model``.
        title: For headings and choices.
        description: One or two sentences on what it is and when to take it.
        source: URL of the paper or of the study, empty when it is our own.
        min_image_size: Smallest height and width that leave it something to see, in pixels.
        default_image_size: What it was made for.
        layers: Of a simple network: its layers at an image size, without the last dense one; None for others.
        backbone: Of a pretrained network; None for others.
    """

    name: str
    title: str
    description: str
    source: str
    min_image_size: int
    default_image_size: ImageSize
    layers: Callable[[ImageSize], tuple[StackLayer, ...]] | None = None
    backbone: Backbone | None = None

    @property
    def pretrained(self) -> bool:
        """Whether it can start from ImageNet weights."""
        return self.backbone is not None

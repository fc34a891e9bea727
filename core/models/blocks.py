"""The blocks of a network, at whose beginnings fine-tuning may cut; no TensorFlow."""

from core.errors import ModelError
from core.models.architectures import CATALOG, find_model
from core.models.backbones.head import pooling_layer
from core.models.spec import Block
from core.models.stack.layers import WEIGHTED, list_parts
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer


def list_blocks(config: RunConfig) -> tuple[Block, ...]:
    """Return the blocks of a run's network from input to output, without its head.

    A pretrained network has those of its backbone. In a simple one each convolution and each dense layer but
    the last begins a block, to which the pooling, normalization, activation and dropout after it belong;
    dropout right before the last dense layer belongs to the head.

    Raises:
        ModelError: The model is unknown, or a stack without layers.
    """
    backbone = find_model(config.model).backbone
    if backbone is not None:
        return backbone.blocks
    blocks: dict[int, Block] = {}
    rows = rows_of(config)
    parts = list_parts(rows, config.image_size, 2)
    for part in parts:
        begins = part.row is not None and rows[part.row].kind in WEIGHTED and part.block < parts[-1].block
        if begins and part.block not in blocks:
            blocks[part.block] = Block(part.name, None, part.name)
    return tuple(blocks.values())


def trained_blocks(config: RunConfig) -> int:
    """Return how many of the last blocks are trained along with the head.

    Raises:
        ModelError: More are asked for than the network has.
    """
    num_blocks = len(list_blocks(config))
    if config.cut is None:
        return 0 if starts_from_weights(config) else num_blocks
    if config.cut > num_blocks:
        names = ", ".join(block.name for block in list_blocks(config)) or "none but the head"
        raise ModelError(
            f"The cut is {config.cut}, but {config.model} has {num_blocks} blocks ({names}); "
            f"set the cut to {num_blocks} or less."
        )
    return config.cut


def first_trained_layer(config: RunConfig) -> str | None:
    """Return the name of the first layer that training changes; None where it changes all.

    Raises:
        ModelError: The cut is larger than the number of blocks.
    """
    blocks, num_trained = list_blocks(config), trained_blocks(config)
    if num_trained == len(blocks):
        return None
    if num_trained:
        return blocks[-num_trained].layer
    if find_model(config.model).backbone is not None:
        return pooling_layer(config)
    parts = list_parts(rows_of(config), config.image_size, 2)
    return next(part.name for part in parts if part.block == parts[-1].block)


def starts_from_weights(config: RunConfig) -> bool:
    """Whether a run's network starts from weights that were trained before."""
    if find_model(config.model).pretrained:
        return config.weights != "none"
    return config.weights.startswith("run:")


def rows_of(config: RunConfig) -> tuple[StackLayer, ...]:
    """Return the rows of a run's simple network.

    Raises:
        ModelError: It is unknown, is not a simple network, or a stack without layers.
    """
    return layers_of(config.model, config.image_size) if config.model != "stack" else _own_rows(config)


def layers_of(model: str, image_size: ImageSize) -> tuple[StackLayer, ...]:
    """Return the rows of a simple network at an image size, without its last dense layer.

    Raises:
        ModelError: It is unknown, or is no simple network.
    """
    spec = find_model(model)
    if spec.layers is None:
        simple = ", ".join(name for name, other in CATALOG.items() if other.layers is not None)
        raise ModelError(f"{model} is not made of rows and cannot be opened as a stack; choose {simple}.")
    return spec.layers(image_size)


def _own_rows(config: RunConfig) -> tuple[StackLayer, ...]:
    if not config.layers:
        raise ModelError(
            "The stack has no layers; add a row to its table, set layers, or name a saved one as stack."
        )
    return config.layers

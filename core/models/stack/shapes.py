"""Shapes and parameters of a simple network by arithmetic, as ``model.summary()`` would print; no TensorFlow.

Along each side, a convolution or pooling with padding ``same`` and stride s turns n places into ceil(n / s),
with padding ``valid`` and a kernel of k into floor((n - k) / s) + 1; see Dumoulin and Visin (2016), A guide
to convolution arithmetic for deep learning, https://arxiv.org/abs/1603.07285.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod

import psutil

from core.errors import ModelError
from core.models.blocks import rows_of, trained_blocks
from core.models.memory import output_memory, training_memory, weight_memory
from core.models.stack.layers import GLOBAL_POOLS, POOLS, Part, list_parts, missing_units
from core.models.table import BlockLine, LayerLine, ModelTable
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer
from core.words import size_in_words

SLIDING = {"conv", "separable_conv", "depthwise_conv", *POOLS}  # kinds of rows that move a patch over maps
HEAD = "head"


@dataclass(frozen=True)
class RowLine:
    """What a row of a stack makes of what it is given, and what follows it within the row.

    Attributes:
        output_shape: Of the row's last layer, without the batch; None from the first impossible row on.
        num_params: Of all its layers; None likewise.
        problem: What is wrong with the row and what to do, in a sentence; None for a row as it should be.
    """

    output_shape: tuple[int, ...] | None
    num_params: int | None
    problem: str | None = None


def stack_table(config: RunConfig, num_classes: int) -> ModelTable:
    """Return the table of a simple network's layers, with what is trained of them.

    Args:
        config: The run's settings.
        num_classes: Number of classes.

    Raises:
        ModelError: A row cannot be computed (the message names it), the network is not a simple one, the
            stack has no layers, or the cut is beyond its blocks.
    """
    rows = rows_of(config)
    for number, line in enumerate(_walk(rows, config.image_size, num_classes), start=1):
        if line.problem:
            raise ModelError(
                f"Row {number} ({rows[number - 1].kind}) of {config.model} is not possible at image size "
                f"{config.image_size.words}: {line.problem[0].lower()}{line.problem[1:]}"
            )
    parts = list_parts(rows, config.image_size, num_classes)
    first_trained = parts[-1].block - trained_blocks(config)
    layers: list[LayerLine] = []
    shape: tuple[int, ...] = ()
    for part in parts:
        num_params, num_weights = _count(part, shape)
        shape = _output_shape(part, shape)
        trained = part.block >= first_trained
        layers.append(LayerLine(part.name, part.kind, shape, num_params, num_weights, part.block, trained))
    return ModelTable(
        layers=tuple(layers),
        blocks=tuple(_list_block_lines(layers, parts)),
        num_params=sum(layer.num_params for layer in layers),
        num_trainable=sum(layer.num_weights for layer in layers if layer.trained),
        memory=training_memory(layers, config),
    )


def row_lines(
    layers: Sequence[StackLayer],
    image_size: ImageSize,
    num_classes: int,
    *,
    batch_size: int = 32,
    optimizer: str = "adam",
) -> list[RowLine]:
    """Return what each row of a stack gives, for a table that is being edited; it never refuses.

    A row that is not possible says so, and the rows after it stay empty. Where training would take more
    memory than is free, the row that takes most of it says so.

    Args:
        layers: The rows.
        image_size: Of the network's input.
        num_classes: Number of classes; the last dense layer counts with the last row's memory.
        batch_size: Images in a training step.
        optimizer: As in ``RunConfig.optimizer``.
    """
    lines = _walk(layers, image_size, num_classes)
    if not lines or any(line.problem for line in lines):
        return lines
    parts = list_parts(layers, image_size, num_classes)
    needs = [0] * len(lines)
    shape: tuple[int, ...] = ()
    for part in parts:
        row = part.row if part.row is not None else (0 if not shape or part.name == "rescaling" else -1)
        needs[row] += weight_memory(_count(part, shape)[0], optimizer)
        shape = _output_shape(part, shape)
        needs[row] += output_memory(shape, batch_size)
    free = psutil.virtual_memory().available
    if sum(needs) > free:
        largest = needs.index(max(needs))
        problem = (
            f"Training would take about {size_in_words(sum(needs))} of memory, {size_in_words(max(needs))} "
            f"of it for this row, and {size_in_words(free)} are free; take fewer units, a larger stride or a "
            f"pooling before it, or a smaller batch."
        )
        lines[largest] = RowLine(lines[largest].output_shape, lines[largest].num_params, problem)
    return lines


def _walk(layers: Sequence[StackLayer], image_size: ImageSize, num_classes: int) -> list[RowLine]:
    """Return a line a row, without memory."""
    parts = [part for part in list_parts(layers, image_size, num_classes) if part.row is not None]
    by_row = {row: list(group) for row, group in groupby(parts, key=lambda part: part.row)}
    lines: list[RowLine] = []
    shape: tuple[int, ...] = (*image_size, 3)
    for row, layer in enumerate(layers):
        if problem := _find_problem(layer, shape):
            lines.append(RowLine(None, None, problem))
            break
        num_params = 0
        for part in by_row[row]:
            num_params += _count(part, shape)[0]
            shape = _output_shape(part, shape)
        lines.append(RowLine(shape, num_params))
    return [*lines, *(RowLine(None, None) for _ in layers[len(lines) :])]


def _find_problem(layer: StackLayer, shape: tuple[int, ...]) -> str | None:
    """Return why a row cannot follow an output of that shape."""
    is_map = len(shape) == 3
    if missing_units(layer):
        what = "units" if layer.kind == "dense" else "filters"
        return f"It has no number of {what}; set units to how many it should have."
    if layer.kind == "dense" and is_map:
        return (
            f"A dense layer takes a list of numbers, but maps of {_words(shape)} arrive; put a flatten or a "
            f"global pooling before it."
        )
    if not is_map and layer.kind in SLIDING | set(GLOBAL_POOLS):
        return (
            f"It needs maps, but a list of {shape[0]:,} numbers arrives; put it before the flatten or global "
            f"pooling."
        )
    if layer.kind in SLIDING and layer.padding == "valid" and layer.kernel > min(shape[:2]):
        return (
            f"The map would vanish: {_words(shape[:2])} arrive and its kernel is {layer.kernel} wide; take "
            f"padding same, a smaller kernel, fewer poolings before it, or a larger image size."
        )
    return None


def _output_shape(part: Part, shape: tuple[int, ...]) -> tuple[int, ...]:
    arguments = part.arguments
    if part.kind == "InputLayer":
        return tuple(arguments["shape"])
    if part.kind == "Flatten":
        return (prod(shape),)
    if part.kind == "Dense":
        return (arguments["units"],)
    if part.kind in GLOBAL_POOLS.values():
        return shape[-1:]
    if "strides" not in arguments:
        return shape
    kernel = arguments.get("kernel_size", arguments.get("pool_size"))
    sides = (_slide(side, kernel, arguments["strides"], arguments["padding"]) for side in shape[:2])
    return (*sides, arguments.get("filters", shape[-1]))


def _slide(side: int, kernel: int, stride: int, padding: str) -> int:
    """Return at how many places a patch stands along a side.

    >>> _slide(227, 11, 4, "valid"), _slide(15, 3, 2, "same")
    (55, 8)
    """
    return -(-side // stride) if padding == "same" else (side - kernel) // stride + 1


def _count(part: Part, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many parameters a layer has, and how many of them are trained."""
    arguments = part.arguments
    bias = arguments.get("use_bias", True)
    if part.kind == "BatchNormalization":
        return 4 * shape[-1], 2 * shape[-1]
    if part.kind == "Dense":
        num_params = (shape[-1] + bias) * arguments["units"]
    elif part.kind in {"Conv2D", "SeparableConv2D", "DepthwiseConv2D"}:
        patch, channels = arguments["kernel_size"] ** 2, shape[-1]
        filters = arguments.get("filters", channels)
        num_params = {
            "Conv2D": (patch * channels + bias) * filters,
            "SeparableConv2D": patch * channels + (channels + bias) * filters,
            "DepthwiseConv2D": (patch + bias) * channels,
        }[part.kind]
    else:
        num_params = 0
    return num_params, num_params


def _list_block_lines(layers: Sequence[LayerLine], parts: Sequence[Part]) -> list[BlockLine]:
    found = []
    for block, group in groupby(enumerate(layers), key=lambda pair: pair[1].block):
        indices, members = zip(*group, strict=True)
        name = HEAD if block == parts[-1].block else next(m.name for m in members if _begins(m))
        num_params = sum(member.num_params for member in members)
        found.append(BlockLine(name, indices[0], len(members), num_params, members[0].trained))
    return found


def _begins(layer: LayerLine) -> bool:
    return layer.kind in {"Conv2D", "SeparableConv2D", "DepthwiseConv2D", "Dense"}


def _words(shape: tuple[int, ...]) -> str:
    return " x ".join(str(side) for side in shape)

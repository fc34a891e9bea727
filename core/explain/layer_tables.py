"""The layer table of any network, before it is trained; no TensorFlow in this process.

Simple networks are computed at once. A pretrained one is asked of the helper process once for each width and
image size and kept in the workspace's folder ``tables``; cut, head and classes are added here, so that
another cut is a matter of milliseconds.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.caches import touch
from core.errors import WorkspaceError
from core.explain import service
from core.models.architectures import find_model
from core.models.backbones.head import list_head
from core.models.blocks import first_trained_layer, list_blocks
from core.models.catalog import check_network
from core.models.memory import training_memory
from core.models.stack.shapes import stack_table
from core.models.table import BlockLine, LayerLine, ModelTable
from core.runs.config import RunConfig
from core.workspace import Workspace, write_json

VERSION = 1  # of the kept files; raised when the networks are built otherwise
HEAD_NAME = "head"
FIELDS = {"name": str, "kind": str, "output_shape": list, "num_params": int, "num_weights": int}


def layer_table(workspace: Workspace, config: RunConfig, num_classes: int) -> ModelTable:
    """Return the layers of a run's network with shapes, parameters, blocks, and what of it is trained.

    Args:
        workspace: Where tables of pretrained networks are kept.
        config: The run's settings.
        num_classes: Number of classes.

    Raises:
        ModelError: The network cannot be built with these settings.
        ExplainError: The helper process failed.
    """
    if find_model(config.model).backbone is None:
        return stack_table(config, num_classes)
    check_network(config)
    network = _backbone_lines(workspace, config)
    map_shape = network[-1].output_shape
    head = [
        LayerLine(part.name, part.kind, part.output_shape, part.num_params, part.num_weights, 0, trained=True)
        for part in list_head(config, map_shape, num_classes)
    ]
    layers = _mark([*network, *head], config, num_head=len(head))
    return ModelTable(
        layers=layers,
        blocks=_sum_up(layers, config),
        num_params=sum(layer.num_params for layer in layers),
        num_trainable=sum(layer.num_weights for layer in layers if layer.trained),
        memory=training_memory(layers, config),
    )


def _mark(layers: Sequence[LayerLine], config: RunConfig, *, num_head: int) -> tuple[LayerLine, ...]:
    """Say of each layer to which block it belongs and whether it is trained."""
    starts = {block.layer: index for index, block in enumerate(list_blocks(config))}
    first = first_trained_layer(config)
    block, is_trained, marked = 0, first is None, []
    for index, layer in enumerate(layers):
        block = starts.get(layer.name, block)
        if index == len(layers) - num_head:
            block = len(starts)
        is_trained = is_trained or layer.name == first
        marked.append(replace(layer, block=block, trained=is_trained))
    return tuple(marked)


def _sum_up(layers: Sequence[LayerLine], config: RunConfig) -> tuple[BlockLine, ...]:
    blocks = list_blocks(config)
    names = [(block.name, block.first_layer) for block in blocks]
    lines = []
    for index, (name, keras_layer) in enumerate([*names, (HEAD_NAME, None)]):
        inside = [number for number, layer in enumerate(layers) if layer.block == index]
        num_params = sum(layers[number].num_params for number in inside)
        is_trained = layers[inside[-1]].trained
        lines.append(BlockLine(name, inside[0], len(inside), num_params, is_trained, keras_layer))
    return tuple(lines)


def _backbone_lines(workspace: Workspace, config: RunConfig) -> list[LayerLine]:
    """Return the backbone's layers from the kept file, else from the helper process."""
    path = _table_path(workspace, config)
    rows = _read(path)
    if rows is None:
        rows = service.list_network(config)
        with contextlib.suppress(WorkspaceError):  # it is asked again next time
            write_json(path, {"version": VERSION, "layers": rows})
    else:
        touch(path)
    return [
        LayerLine(**{**row, "output_shape": tuple(row["output_shape"])}, block=0, trained=False)
        for row in rows
    ]


def _table_path(workspace: Workspace, config: RunConfig) -> Path:
    backbone = find_model(config.model).backbone
    alpha = f"-{config.alpha:g}" if backbone is not None and backbone.alphas else ""
    return workspace.root / "tables" / f"{config.model}{alpha}-{config.image_size.text}.json"


def _read(path: Path) -> list[dict[str, Any]] | None:
    """Return the rows of a kept table; None when there is none, or it is damaged or of another version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return None
    rows = content.get("layers")
    is_whole = isinstance(rows, list) and rows and all(_is_row(row) for row in rows)
    return rows if is_whole else None


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and row.keys() == FIELDS.keys()
        and all(isinstance(row[name], kind) for name, kind in FIELDS.items())
        and all(isinstance(number, int) for number in row["output_shape"])
    )

"""Which network, where it starts, and how much of it is trained."""

import json
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from core.runs.stack import MAX_LAYERS, StackLayer

ALPHAS = (0.25, 0.5, 0.75, 1.0)  # widths of MobileNet with published weights


class NetworkSettings(BaseModel):
    """Settings of the network."""

    model: str = Field(default="small_cnn", description="Name of the network.")
    weights: str = Field(
        default="imagenet",
        description="Where a pretrained network starts: 'imagenet' (Keras' cache, else a download), 'none', "
        "the path of a weights file, or 'run:' and the id of a run of the same network. Networks that are "
        "not pretrained start at random, or from a run.",
    )
    alpha: float = Field(
        default=0.25,
        description="Width of MobileNet and MobileNetV2, the share of the full network's filters: 0.25, "
        "0.5, 0.75 or 1.",
    )
    cut: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="Fine-tuning: how many of the last blocks are trained along with the new head; the "
        "blocks before keep their weights. Empty: none of a network that starts from weights, else all.",
    )
    head_pooling: Literal["average", "max", "flatten"] = Field(
        default="average",
        description="How a pretrained network's last maps become one list of numbers: the mean of each map "
        "(global average pooling), its maximum, or every number of it (flatten).",
    )
    head_units: tuple[int, ...] = Field(
        default=(),
        max_length=8,
        description="Units of the dense layers between a pretrained network and the classes, such as 512 or "
        "256,128; empty: none.",
    )
    head_dropout: float = Field(
        default=0.2,
        ge=0,
        lt=1,
        description="Dropout in a pretrained network's head: the share of numbers left out at random in "
        "each training step.",
    )
    head_batch_norm: bool = Field(
        default=False, description="Batch normalization in each dense layer of a pretrained network's head."
    )
    stack: str | None = Field(
        default=None, description="Name of a saved stack of layers, for the model 'stack'."
    )
    layers: tuple[StackLayer, ...] | None = Field(
        default=None,
        max_length=MAX_LAYERS,
        description="The stack's layers, as they were when the run was queued.",
    )

    @field_validator("alpha")
    @classmethod
    def _check_alpha(cls, alpha: float) -> float:
        if alpha not in ALPHAS:
            raise ValueError(f"it should be one of {', '.join(f'{width:g}' for width in ALPHAS)}")
        return alpha

    @field_validator("head_units", mode="before")
    @classmethod
    def _split_units(cls, units: Any) -> Any:
        if isinstance(units, int):
            return (units,)
        return (
            tuple(part for part in units.replace(" ", "").split(",") if part)
            if isinstance(units, str)
            else units
        )

    @field_validator("head_units")
    @classmethod
    def _check_units(cls, units: tuple[int, ...]) -> tuple[int, ...]:
        if not all(1 <= number <= 65_536 for number in units):
            raise ValueError("each layer should have 1 to 65536 units")
        return units

    @field_validator("layers", mode="before")
    @classmethod
    def _read_layers(cls, layers: Any) -> Any:
        return json.loads(layers) if isinstance(layers, str) else layers

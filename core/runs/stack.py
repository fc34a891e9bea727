"""A network as a list of layers that a person can edit; the last dense layer with softmax is always added.

What comes out of each layer is computed in ``core.models.stack``, without TensorFlow.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LayerKind = Literal[
    "conv", "separable_conv", "depthwise_conv", "max_pool", "average_pool", "global_average_pool",
    "global_max_pool", "flatten", "dense", "batch_norm", "activation", "dropout",
]  # fmt: skip
Activation = Literal["none", "relu", "elu", "gelu", "selu", "silu", "tanh", "sigmoid", "leaky_relu"]
MAX_LAYERS = 200


class StackLayer(BaseModel):
    """One row of a stack: a layer, and what directly follows it (normalization, activation, dropout)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: LayerKind = Field(description="What the layer does.")
    units: int | None = Field(
        default=None,
        ge=1,
        le=65_536,
        description="Filters of a convolution, or units of a dense layer: how many patterns it can tell "
        "apart.",
    )
    kernel: int = Field(
        default=3,
        ge=1,
        le=64,
        description="Width and height of the patch that a filter or a pooling looks at, in pixels.",
    )
    stride: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="How far the patch moves from one place to the next; empty: 1, or a pooling's own width.",
    )
    padding: Literal["same", "valid"] = Field(
        default="same",
        description="What happens at the edge: same keeps the size (zeros outside), valid uses whole "
        "patches only and shrinks the map.",
    )
    activation: Activation = Field(
        default="none",
        description="What bends the result, so that layers can do more than one alone; relu sets negatives "
        "to 0.",
    )
    batch_norm: bool = Field(
        default=False,
        description="Batch normalization between layer and activation: each filter's output is brought to "
        "mean 0 and spread 1 over the batch, which steadies training.",
    )
    dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="Share of the outputs left out at random in each training step, against learning by "
        "heart.",
    )
    bias: bool = Field(
        default=True,
        description="Whether a number is added to each filter's or unit's output; needless before batch "
        "normalization.",
    )

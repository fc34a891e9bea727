"""On what and how exactly a run is computed; apart from rounding, its result does not depend on these."""

from typing import Literal

from pydantic import BaseModel, Field


class ComputingSettings(BaseModel):
    """Settings of the computation."""

    precision: Literal["auto", "float32", "mixed_float16", "mixed_bfloat16"] = Field(
        default="auto",
        description="Numbers to compute with: mixed precision halves memory and time on a recent GPU; auto "
        "takes it there, and float32 elsewhere.",
    )
    xla: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="XLA compiles the network for the device: a slow first step, faster ones after it; auto "
        "takes it on a GPU.",
    )
    deterministic: bool = Field(
        default=False,
        description="Exact repetition: every operation gives the same bits each time, also on a GPU, where "
        "it takes longer.",
    )
    num_devices: int = Field(
        default=1,
        ge=1,
        le=64,
        description="GPUs to share each batch among (data parallel); more than one needs as many free GPUs.",
    )
    feature_cache: Literal["auto", "off"] = Field(
        default="auto",
        description="Frozen layers give the same numbers for an image in every epoch; auto computes them "
        "once and keeps them on disk, off computes them in every epoch.",
    )
    cache_precision: Literal["float16", "float32"] = Field(
        default="float16",
        description="Numbers of the kept features: float16 takes half the room, float32 is exact.",
    )

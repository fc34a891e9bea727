"""Something painted over the images, to see whether a network can do without the hidden part."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Occlusion(BaseModel):
    """What is painted over which images; the same image and seed always get the same mask."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["rectangle", "polygon", "person", "pictures"] = Field(
        default="rectangle", description="Shape of the mask."
    )
    share: float = Field(default=0.2, gt=0, lt=1, description="Share of the image's area that is hidden.")
    fill: Literal["black", "grey", "white", "noise"] = Field(
        default="black", description="What is painted where the mask is."
    )
    splits: tuple[Literal["train", "val", "test"], ...] = Field(
        default=("train", "val", "test"), description="Splits whose images are occluded."
    )
    seed: int = Field(default=0, ge=0, description="Start of the random numbers that choose the masks.")

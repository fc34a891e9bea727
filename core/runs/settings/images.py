"""What the network is shown: the dataset, and what is done to its images on the way."""

from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from core.runs.augmentation import Augmentation, find_preset
from core.runs.image_size import ImageSize, ImageSizeField


class ImageSettings(BaseModel):
    """Settings of the images."""

    dataset: str = Field(description="Name of the dataset to train on.")
    image_size: ImageSizeField = Field(
        default=ImageSize(64, 64),
        description="Every image is brought to this size before the network sees it: one number of pixels "
        "for a square, or height x width such as 150x120.",
    )
    resize: Literal["area", "bilinear", "bicubic", "lanczos"] = Field(
        default="area",
        description="How pixels are computed when the size changes: area takes the mean of what becomes one "
        "pixel (and is bilinear along a side that grows); bilinear, bicubic and lanczos weigh 2, 4 and 6 "
        "neighbors along each side, and as many more as an image shrinks.",
    )
    fit: Literal["stretch", "pad", "crop"] = Field(
        default="stretch",
        description="What happens to images of other proportions: stretch them, pad them with black, or "
        "crop them to the middle.",
    )
    scaling: Literal["auto", "unit", "symmetric", "standard", "minmax"] = Field(
        default="auto",
        description="What the first layer makes of pixel values 0-255: 0 to 1 (unit), -1 to 1 (symmetric), "
        "mean 0 and spread 1 for each color over the training images (standard), training minimum to "
        "maximum as 0 to 1 (minmax), or what the network was made for (auto).",
    )
    occluded_with: str | None = Field(
        default=None,
        description="Name of a dataset made from this one by occlusion; its pictures are shown in place of "
        "the clean ones.",
    )
    occluded_splits: Literal["train", "test", "both"] = Field(
        default="both",
        description="Which images are shown occluded: those to learn from (training and validation), the "
        "test images, or both.",
    )
    augmentation: Augmentation | None = Field(
        default=None,
        description="How training images are changed at random in each epoch: none, light, skin, products, "
        "or settings of its own.",
    )
    augmentation_views: int = Field(
        default=0,
        ge=0,
        le=100,
        description="0 changes every image anew in each epoch. A number prepares that many changed views of "
        "each image once and takes them in turn: less variety, but frozen layers need to see each view only "
        "once.",
    )
    grouping: str | None = Field(
        default=None, description="Name of a saved grouping; the run learns its groups as classes."
    )
    groups: dict[str, str] | None = Field(
        default=None, description="The grouping as it was when the run was queued: class name to group name."
    )

    @field_validator("augmentation", mode="before")
    @classmethod
    def _find_preset(cls, augmentation: Any) -> Any:
        return find_preset(augmentation) if isinstance(augmentation, str) else augmentation

    @field_validator("augmentation")
    @classmethod
    def _drop_idle(cls, augmentation: Augmentation | None) -> Augmentation | None:
        """Settings that change nothing are none, so that such runs count as equal."""
        return None if augmentation is None or augmentation.is_idle else augmentation

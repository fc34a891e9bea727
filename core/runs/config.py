"""The settings of a run: checked when made, stored as JSON, each explained once.

A field's description is the help text of its widget on the Train page and of its option on the
command line.
"""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import RunError
from core.runs.augmentation import Augmentation, find_preset

ALPHAS = (0.25, 0.5, 0.75, 1.0)  # widths of MobileNet with published weights


class RunConfig(BaseModel):
    """Everything that decides the result of a run, apart from the dataset's content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(description="Name of the dataset to train on.")
    model: str = Field(default="small_cnn", description="Name of the network.")
    image_size: int = Field(
        default=64,
        ge=8,
        le=1024,
        description="Every image is resized to this width and height, in pixels, before the network sees it.",
    )
    epochs: int = Field(
        default=10, ge=1, le=10_000, description="How many times the network sees every training image."
    )
    batch_size: int = Field(
        default=32,
        ge=1,
        le=65_536,
        description="How many images the network sees before it adjusts its weights once.",
    )
    learning_rate: float = Field(
        default=1e-3,
        gt=0,
        le=10,
        allow_inf_nan=False,
        description="How far the weights move in one adjustment; too large never settles, too small takes "
        "forever.",
    )
    optimizer: Literal["adam", "rmsprop", "sgd"] = Field(
        default="adam", description="The rule that turns errors into weight changes; Adam suits most cases."
    )
    patience: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Early stopping: end after this many epochs without a lower validation loss; 0 never "
        "stops early.",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        description="Start of the random numbers; the same seed repeats the same run.",
    )
    weights: str = Field(
        default="imagenet",
        description="Where a pretrained network starts: 'imagenet' (Keras' cache, else a download), 'none', "
        "or the path of a weights file. Networks that are not pretrained ignore it.",
    )
    alpha: float = Field(
        default=0.25,
        description="Width of MobileNet, the share of the full network's filters: 0.25, 0.5, 0.75 or 1.",
    )
    augmentation: Augmentation | None = Field(
        default=None,
        description="How training images are changed at random in each epoch: none, light, skin, products, "
        "or settings of its own.",
    )
    grouping: str | None = Field(
        default=None, description="Name of a saved grouping; the run learns its groups as classes."
    )
    groups: dict[str, str] | None = Field(
        default=None, description="The grouping as it was when the run was queued: class name to group name."
    )

    @field_validator("alpha")
    @classmethod
    def _check_alpha(cls, alpha: float) -> float:
        if alpha not in ALPHAS:
            raise ValueError(f"it should be one of {', '.join(f'{width:g}' for width in ALPHAS)}")
        return alpha

    @field_validator("augmentation", mode="before")
    @classmethod
    def _find_preset(cls, augmentation: Any) -> Any:
        return find_preset(augmentation) if isinstance(augmentation, str) else augmentation

    @field_validator("augmentation")
    @classmethod
    def _drop_idle(cls, augmentation: Augmentation | None) -> Augmentation | None:
        """Settings that change nothing are none, so that such runs count as equal."""
        return None if augmentation is None or augmentation.is_idle else augmentation

    @classmethod
    def make(cls, **settings: Any) -> Self:
        """Return a checked config; texts are converted, as from the command line.

        Raises:
            RunError: A setting is unknown or out of range; the message names it and what is allowed.
        """
        try:
            return cls(**settings)
        except ValidationError as error:
            raise RunError(_explain(error)) from error


def _explain(error: ValidationError) -> str:
    sentences = []
    for problem in error.errors(include_url=False):
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            is_nested = len(problem["loc"]) > 1
            known = ", ".join((Augmentation if is_nested else RunConfig).model_fields)
            sentences.append(f"There is no setting {name!r}; settings are {known}.")
        else:
            reason = problem["msg"].lower().removeprefix("value error, ")
            sentences.append(f"{name} cannot be {problem['input']!r}: {reason}.")
    return " ".join(sentences)

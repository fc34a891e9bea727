"""How the weights are adjusted: optimizer, learning rate, epochs, and which of them counts as the best."""

from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

Metric = Literal["val_loss", "val_accuracy", "val_macro_f1"]
MAX_EPOCH_IMAGES = 50_000_000  # whose order is drawn at once


class TrainingSettings(BaseModel):
    """Settings of the training."""

    epochs: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="How many times the network sees every training image, unless steps per epoch are set.",
    )
    steps_per_epoch: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="Batches in an epoch; the next epoch goes on with the images that come next. 0: as many "
        "as it takes to see every training image once.",
    )
    batch_size: int = Field(
        default=32,
        ge=1,
        le=65_536,
        description="How many images the network sees before it adjusts its weights once.",
    )
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd", "adagrad"] = Field(
        default="adam", description="The rule that turns errors into weight changes; Adam suits most cases."
    )
    learning_rate: float = Field(
        default=1e-3,
        gt=0,
        le=10,
        allow_inf_nan=False,
        description="How far the weights move in one adjustment; too large never settles, too small takes "
        "forever.",
    )
    schedule: Literal["constant", "cosine", "step", "plateau"] = Field(
        default="constant",
        description="How the learning rate changes: constant, falling along a half cosine to its least "
        "(cosine), multiplied by the factor every few epochs (step), or whenever validation loss stops "
        "falling (plateau).",
    )
    warmup_epochs: float = Field(
        default=0.0,
        ge=0,
        le=1000,
        allow_inf_nan=False,
        description="The learning rate grows evenly from near 0 over this many epochs first.",
    )
    schedule_epochs: int = Field(
        default=5,
        ge=1,
        le=10_000,
        description="Epochs between two steps of the schedule 'step', or without a lower validation loss "
        "for 'plateau'.",
    )
    schedule_factor: float = Field(
        default=0.1,
        gt=0,
        lt=1,
        description="What the learning rate is multiplied by at each step of the schedules 'step' and "
        "'plateau'.",
    )
    least_rate: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="The learning rate never falls below this share of its start by a schedule.",
    )
    momentum: float = Field(
        default=0.9,
        ge=0,
        lt=1,
        description="SGD only: share of the last weight change that is kept in the next.",
    )
    weight_decay: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Pulls weights toward 0 in each step, against learning by heart. Empty: 0.004 for "
        "AdamW, none for the others.",
    )
    clip_norm: float = Field(
        default=0.0,
        ge=0,
        le=1e6,
        description="Gradient clipping: a change of the weights is shortened to this length at most, so "
        "that one bad batch cannot throw the network off; 0 does not clip.",
    )
    label_smoothing: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="Share of the target that is spread evenly over all classes, so that the network does "
        "not become too sure.",
    )
    patience: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Early stopping: end after this many epochs without a better value of the stopping "
        "metric; 0 never stops early.",
    )
    stop_metric: Metric = Field(
        default="val_loss", description="The validation figure that early stopping watches."
    )
    best_epoch: Literal["val_loss", "val_accuracy", "val_macro_f1", "last"] = Field(
        default="val_loss",
        description="Which epoch's network is kept and measured: that of the lowest validation loss, the "
        "highest validation accuracy or macro F1, or the last.",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        description="Start of the random numbers; the same seed repeats the same run.",
    )

    @field_validator("batch_size")
    @classmethod
    def _check_images_of_epoch(cls, batch_size: int, given: ValidationInfo) -> int:
        steps = given.data.get("steps_per_epoch", 0)
        if steps * batch_size > MAX_EPOCH_IMAGES:
            raise ValueError(
                f"with {steps:,} steps per epoch an epoch would have more than {MAX_EPOCH_IMAGES:,} images"
            )
        return batch_size

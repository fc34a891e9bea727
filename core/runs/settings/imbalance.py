"""What is done when some classes have many images and others few."""

from typing import Literal

from pydantic import BaseModel, Field


class ImbalanceSettings(BaseModel):
    """Settings against imbalance."""

    class_weights: Literal["none", "balanced", "effective"] = Field(
        default="none",
        description="How much a mistake on an image of each class counts: the same (none), inversely to the "
        "number of its training images (balanced), or to their effective number, which grows slower "
        "(effective: Cui et al. 2019).",
    )
    effective_beta: float = Field(
        default=0.999,
        ge=0,
        lt=1,
        description="For effective class weights: the nearer to 1, the more the number of images matters.",
    )
    sampling: Literal["natural", "balanced"] = Field(
        default="natural",
        description="Which training images an epoch shows: each once (natural), or as many of every class "
        "(balanced: those of small classes repeatedly, of large ones only some).",
    )
    loss: Literal["cross_entropy", "focal"] = Field(
        default="cross_entropy",
        description="What the training makes small: cross-entropy, or focal loss, in which images that the "
        "network gets right already count less (Lin et al. 2017).",
    )
    focal_gamma: float = Field(
        default=2.0,
        ge=0,
        le=10,
        description="For focal loss: how much less easy images count; 0 is cross-entropy.",
    )

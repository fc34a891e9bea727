"""Settings of a search for groups: stored beside what was found, so that the search can be repeated."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.regrouping.suggesting.wishes import Wishes

Method = Literal["average", "complete", "spectral", "louvain", "leiden", "greedy"]
Goal = Literal["summed", "bits", "macro_f1"]

METHODS: dict[Method, str] = {
    "average": "step by step, by average confusion",
    "complete": "step by step, by weakest confusion",
    "spectral": "all at once, by spectral clustering",
    "louvain": "communities (Louvain)",
    "leiden": "communities (Leiden)",
    "greedy": "step by step, by what a merge gains",
}
METHOD_HELP: dict[Method, str] = {
    "average": "The two groups whose classes are confused most on average are put together, again and again.",
    "complete": "As above, but two groups are only as close as their least confused pair: compact groups.",
    "spectral": "Looks at the whole picture of confusions at once and cuts it where it is thinnest.",
    "louvain": "Classes are a network, confusions its links; communities are confused within beyond chance.",
    "leiden": "Louvain with an additional step that keeps communities from falling apart inside.",
    "greedy": "Each step takes the merge after which the chosen goal is highest.",
}
GOALS: dict[Goal, str] = {
    "summed": "accuracy by summed probabilities",
    "bits": "bits kept",
    "macro_f1": "macro F1",
}
GOAL_HELP: dict[Goal, str] = {
    "summed": "Share of images whose group has the largest sum of probabilities.",
    "bits": "What the predicted group still tells of the true group, in bits; merging never raises it.",
    "macro_f1": "Mean over groups of F1 (between precision and recall): small groups count as much as large.",
}


class SearchSettings(BaseModel):
    """How groups are searched for: a method, how many groups, and what is demanded of them.

    >>> SearchSettings(num_groups=4).method
    'average'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = Field(
        default="average",
        description="How groups are found: average or complete (the most confused groups are merged, again "
        "and again), spectral, louvain or leiden (communities), greedy (each merge gains most of the goal).",
    )
    goal: Goal = Field(
        default="summed",
        description="What the greedy method raises: summed (accuracy by summed probabilities), bits (kept of "
        "what predictions tell of the truth) or macro_f1.",
    )
    num_groups: int | None = Field(default=None, description="How many groups to find.")
    accuracy: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Instead of a number of groups: the merged accuracy (0-1) wished for on the validation "
        "split; the largest number of groups that reaches it is taken.",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        description="Start of the random numbers; the same seed finds the same groups.",
    )
    wishes: Wishes = Field(
        default=Wishes(), description="Pairs, sizes and a hierarchy that every group has to honor."
    )
    locked: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Groups, by their classes, that stay as they are."
    )
    allow_blob: bool = Field(
        default=False,
        description="Let one group hold more than a third of the classes; else that is never suggested.",
    )

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.num_groups is None) == (self.accuracy is None):
            raise ValueError("Give either a number of groups or a wished accuracy, not both and not none.")
        return self

    def for_number(self, num_groups: int) -> Self:
        """Return the same settings for so many groups, whether or not an accuracy was wished for.

        >>> SearchSettings(accuracy=0.9, seed=1).for_number(4) == SearchSettings(num_groups=4, seed=1)
        True
        """
        return self.model_copy(update={"num_groups": num_groups, "accuracy": None})

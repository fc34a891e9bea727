"""The settings of a run: checked when made, stored as JSON, each explained once.

A field's description is the help text of its widget on the Train page and of its option on the
command line. The fields stand by subject in ``core.runs.settings``.
"""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from core.datasets.images.resizing import Resizing
from core.errors import RunError
from core.runs.augmentation import Augmentation
from core.runs.settings.computing import ComputingSettings
from core.runs.settings.images import ImageSettings
from core.runs.settings.imbalance import ImbalanceSettings
from core.runs.settings.network import ALPHAS, NetworkSettings
from core.runs.settings.training import TrainingSettings
from core.runs.stack import StackLayer

__all__ = ["ALPHAS", "RunConfig"]

NESTED: dict[str, type[BaseModel]] = {"augmentation": Augmentation, "layers": StackLayer}


class RunConfig(ComputingSettings, ImbalanceSettings, TrainingSettings, NetworkSettings, ImageSettings):
    """Everything that decides the result of a run, apart from the dataset's content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def resizing(self) -> Resizing:
        """How images are brought to the size that the network sees."""
        return Resizing(*self.image_size, self.resize, self.fit)

    @classmethod
    def make(cls, /, **settings: Any) -> Self:
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
            nested: type[BaseModel] = RunConfig
            if len(problem["loc"]) > 1:
                nested = NESTED.get(str(problem["loc"][0]), RunConfig)
            known = ", ".join(nested.model_fields)
            sentences.append(f"There is no setting {name!r}; settings are {known}.")
        else:
            reason = problem["msg"].lower().removeprefix("value error, ")
            sentences.append(f"{name} cannot be {problem['input']!r}: {reason}.")
    return " ".join(sentences)

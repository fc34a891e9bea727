"""Settings of what is done to a dataset: checked when they are made, refused in one sentence."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import DatasetError


class Settings(BaseModel):
    """Frozen settings; a field's description is the help text of its widget and of its option."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Return checked settings; texts are converted, as from the command line.

        Raises:
            DatasetError: A setting is unknown or out of range; the message names it and what is allowed.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise DatasetError(" ".join(_explain(error))) from error

    @classmethod
    def help_of(cls, name: str) -> str:
        """Return the explanation of a setting."""
        return cls.model_fields[name].description or ""


def _explain(error: ValidationError) -> list[str]:
    sentences = []
    for problem in error.errors(include_url=False):
        name = ".".join(str(part) for part in problem["loc"])
        reason = problem["msg"].removeprefix("Value error, ").rstrip(".")
        given = f"{name} cannot be {problem['input']!r}: {reason.lower()}" if name else reason
        sentences.append(f"{given}; choose another value.")
    return sentences

"""Which pictures a run saw, to show them beside its answers."""

from core.datasets.preparing.shown import OCCLUDED_SPLITS, describe_shown
from core.runs.config import RunConfig


def occluded_name(config: RunConfig, split: str) -> str | None:
    """Return the name of the dataset whose pictures a run saw in a split; None for its own, clean ones.

    >>> config = RunConfig(dataset="digits", occluded_with="hidden", occluded_splits="test")
    >>> occluded_name(config, "val"), occluded_name(config, "test")
    (None, 'hidden')
    """
    return config.occluded_with if split in OCCLUDED_SPLITS[config.occluded_splits] else None


def pictures_seen(config: RunConfig) -> str:
    """Return which pictures a run saw, as part of a sentence.

    >>> pictures_seen(RunConfig(dataset="digits"))
    'clean pictures'
    """
    return describe_shown(config.occluded_with, config.occluded_splits)


def compare_pictures(config: RunConfig, other: RunConfig, *, names: tuple[str, str]) -> str | None:
    """Return a sentence on what two runs of one dataset saw; None where both saw clean pictures.

    Args:
        config: Settings of the first run.
        other: Settings of the second run.
        names: Of the two.
    """
    first, second = pictures_seen(config), pictures_seen(other)
    if first != second:
        return f"{names[0]} saw {first}; {names[1]} saw {second}."
    return None if config.occluded_with is None else f"Both runs saw {first}."

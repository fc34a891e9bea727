"""Runs that were not trained here: their predictions were brought in, and they have no network."""

from core.runs.config import RunConfig

IMPORTED = "imported"  # in place of a network's name


def is_imported(config: RunConfig) -> bool:
    """Whether a run's predictions were made elsewhere.

    >>> is_imported(RunConfig(dataset="digits")), is_imported(RunConfig(dataset="digits", model="imported"))
    (False, True)
    """
    return config.model == IMPORTED

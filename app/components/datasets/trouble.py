"""Part "Find trouble"."""

from core.datasets.dataset import Dataset


def trouble_part(dataset: Dataset) -> None:
    """Draw the part."""

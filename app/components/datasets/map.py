"""Part "Map"."""

from core.datasets.dataset import Dataset


def map_part(dataset: Dataset) -> None:
    """Draw the part."""

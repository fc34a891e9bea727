"""Part "Prepare"."""

from core.datasets.dataset import Dataset


def prepare_part(dataset: Dataset) -> None:
    """Draw the part."""

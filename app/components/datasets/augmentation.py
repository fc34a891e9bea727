"""Part "Augment"."""

from core.datasets.dataset import Dataset


def augmentation_part(dataset: Dataset) -> None:
    """Draw the part."""

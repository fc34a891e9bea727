"""Part "Classes"."""

from core.datasets.dataset import Dataset


def class_rows_part(dataset: Dataset) -> None:
    """Draw the part."""

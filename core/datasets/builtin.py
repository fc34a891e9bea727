"""The two datasets that every workspace has: ``digits`` (scanned) and ``shapes`` (generated)."""

from collections.abc import Callable

import numpy as np

from core.datasets.adding.building import build_dataset
from core.datasets.dataset import Dataset
from core.datasets.sources.digits import list_digits
from core.datasets.sources.listing import Listing
from core.datasets.sources.shapes import list_shapes

SOURCES: dict[str, Callable[[], Listing]] = {"digits": list_digits, "shapes": list_shapes}


def build_builtin(name: str) -> tuple[Dataset, list[np.ndarray]]:
    """Return a built-in dataset and its images, not yet written."""
    listing = SOURCES[name]()
    return build_dataset(name, listing), listing.arrays

"""How many classes a run tells apart."""

from app import cache
from core.datasets.dataset import Dataset
from core.regrouping.keeping.store import load_grouping


def count_classes(dataset: Dataset, grouping: str | None) -> int:
    """Return the number of classes of a dataset, or of groups of one of its saved groupings."""
    if grouping is None:
        return dataset.num_classes
    return load_grouping(cache.workspace(), dataset.name, grouping).grouping.num_groups

"""How many steps a run takes."""

from core.datasets.dataset import Dataset
from core.runs.config import RunConfig
from core.training import sampling


def count_steps(dataset: Dataset, config: RunConfig) -> int:
    """Return the batches of an epoch, at least one."""
    return max(1, sampling.count_steps(config, len(dataset.sample_ids("train"))))

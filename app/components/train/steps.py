"""How many steps a run takes."""

import math

from core.datasets.dataset import Dataset
from core.runs.config import RunConfig


def count_steps(dataset: Dataset, config: RunConfig) -> int:
    """Return the batches of an epoch, at least one."""
    num_train = len(dataset.sample_ids("train"))
    return max(1, config.steps_per_epoch or math.ceil(num_train / config.batch_size))

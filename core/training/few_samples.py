"""Some training images of a run, for trials before it: decoded without waiting for all the others."""

import time

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.pixels import is_cached, open_pixels, pixel_reader
from core.datasets.parallel import map_images
from core.datasets.preparing.shown import OCCLUDED_SPLITS, find_occluded
from core.runs.config import RunConfig
from core.training.errand import Tell
from core.training.pipeline import MEMORY_LIMIT, Samples
from core.training.sampling import epoch_order
from core.workspace import Workspace

CHUNK = 8  # images decoded at a time: few enough to keep both threads at work


def read_few(
    workspace: Workspace,
    dataset: Dataset,
    config: RunConfig,
    train: Samples,
    *,
    num_batches: int,
    tell: Tell,
) -> tuple[Samples, float]:
    """Return the images of the first batches of a run, as it is shown them.

    Args:
        workspace: Where the datasets are.
        dataset: The run's dataset.
        config: The run's settings.
        train: All training images; their pixels are not looked at.
        num_batches: How many batches; fewer where their pixels would not fit into memory.
        tell: Told how many have been decoded.

    Returns:
        The images, their pixels being those of no others, and the seconds that decoding one of them took, 0
        where all of the dataset's are decoded already.

    Raises:
        DatasetFileError: An image is gone or can no longer be read.
    """
    shown = dataset
    if config.occluded_with is not None and "train" in OCCLUDED_SPLITS[config.occluded_splits]:
        shown = find_occluded(workspace, dataset, config.occluded_with, config.occluded_splits)
    most = min(num_batches * config.batch_size, max(1, MEMORY_LIMIT // (3 * config.image_size.num_pixels)))
    order = epoch_order(config, train.labels, 1)[:most]
    positions = np.array(list(dict.fromkeys(order.tolist())), np.int64)
    sample_ids = train.sample_ids[positions]
    if is_cached(workspace, shown, config.resizing):
        pixels, seconds = open_pixels(workspace, shown, config.resizing)[sample_ids], 0.0
    else:
        pixels, seconds = _decode(shown, config, sample_ids, tell)
    ids = np.arange(len(positions))
    return Samples(train.split, train.class_names, ids, train.labels[positions], pixels), seconds


def _decode(
    dataset: Dataset, config: RunConfig, sample_ids: np.ndarray, tell: Tell
) -> tuple[np.ndarray, float]:
    read = pixel_reader(dataset, config.resizing)
    read(int(sample_ids[0]))  # what is imported on first use is not timed

    def progress(done: int, total: int) -> None:
        tell("Reading images", done, total, unit="images")

    began = time.monotonic()
    images = list(map_images(read, sample_ids.tolist(), progress=progress, chunk_size=CHUNK))
    return np.stack(images), (time.monotonic() - began) / len(images)

"""The way of the pixels into the network: batches of uint8 images, in an order fixed by seed and epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from core.datasets.dataset import Dataset
from core.datasets.gaps import remedy_of
from core.errors import DatasetError, RunError
from core.regrouping.grouping import Grouping
from core.runs.augmentation import Augmentation
from core.runs.config import RunConfig
from core.training.augmentation import Augmenter

MEMORY_LIMIT = 1 << 30  # bytes of pixels of one split that are held in memory; more is read from disk
EVALUATION_PIXELS = 4_000_000  # in a batch without gradients, which needs less memory than one in training
MAX_EVALUATION_BATCH = 512  # images


@dataclass(frozen=True)
class Samples:
    """The images of one split, with the classes that a run learns.

    Attributes:
        split: ``"train"``, ``"val"`` or ``"test"``.
        class_names: Names of the classes, or of the groups of a grouped run.
        sample_ids: Row of each image in ``pixels``, shape ``(num_samples,)``, int64.
        labels: Index into ``class_names``, shape ``(num_samples,)``, int64.
        pixels: RGB of the whole dataset, uint8, shape ``(num_images, height, width, 3)``.
    """

    split: str
    class_names: tuple[str, ...]
    sample_ids: np.ndarray
    labels: np.ndarray
    pixels: np.ndarray

    @property
    def num_samples(self) -> int:
        """Number of images."""
        return len(self.sample_ids)

    @property
    def num_pixels(self) -> int:
        """Pixels in an image: its height times its width."""
        return int(self.pixels.shape[1] * self.pixels.shape[2])


class TrainingBatches:
    """Shuffled batches of one split, to be passed through once an epoch.

    Order and augmentation of an epoch depend on seed and epoch alone, so that a resumed run sees the same
    batches.

    Attributes:
        dataset: ``tf.data.Dataset`` of images, uint8, shape ``(batch, height, width, 3)``, and
            labels, int64, shape ``(batch,)``.
        num_steps: Number of batches.
    """

    def __init__(
        self, samples: Samples, batch_size: int, *, seed: int, augmentation: Augmentation | None = None
    ) -> None:
        self._seed = seed
        height, width = samples.pixels.shape[1:3]
        self._augmenter: Augmenter | None = None
        if augmentation is not None:
            self._augmenter = Augmenter(
                augmentation, samples.sample_ids, height=height, width=width, seed=seed
            )
        with tf.device("CPU"):
            self._order = tf.Variable(np.arange(samples.num_samples), dtype=tf.int64, trainable=False)
        positions = tf.data.Dataset.range(samples.num_samples).batch(batch_size)
        positions = positions.map(lambda position: tf.gather(self._order, position))
        self.dataset = _fetch(samples, positions, self._augmenter)
        self.num_steps = -(-samples.num_samples // batch_size)

    def start_epoch(self, epoch: int) -> None:
        """Set order and augmentation of an epoch, counted from 1; not while batches are being taken."""
        self._order.assign(shuffle_order(int(self._order.shape[0]), seed=self._seed, epoch=epoch))
        if self._augmenter is not None:
            self._augmenter.start_epoch(epoch)


def evaluation_batches(samples: Samples, batch_size: int = 1) -> tf.data.Dataset:
    """Return images and labels in the order of ``samples``, in batches of at least ``batch_size``."""
    fitting = min(EVALUATION_PIXELS // samples.num_pixels, MAX_EVALUATION_BATCH)
    return _fetch(samples, tf.data.Dataset.range(samples.num_samples).batch(max(batch_size, fitting)))


def shuffle_order(num_samples: int, *, seed: int, epoch: int) -> np.ndarray:
    """Return the order of the images in an epoch, a permutation of shape ``(num_samples,)``, int64.

    >>> shuffle_order(5, seed=0, epoch=1).tolist() == shuffle_order(5, seed=0, epoch=1).tolist()
    True
    """
    return np.random.default_rng((seed, epoch)).permutation(num_samples)


def select_samples(dataset: Dataset, config: RunConfig, pixels: np.ndarray, split: str) -> Samples:
    """Return the images of one split, labeled by class, or by group for a grouped run.

    Args:
        dataset: The dataset.
        config: The run's settings; ``groups`` is used.
        pixels: As from ``load_pixels``, uint8, shape ``(num_images, height, width, 3)``.
        split: ``"train"``, ``"val"`` or ``"test"``.

    Raises:
        GroupingError: The groups do not fit the dataset's classes.
    """
    sample_ids = dataset.sample_ids(split)
    labels, class_names = dataset.labels(sample_ids), dataset.class_names
    if config.groups is not None:
        grouping = Grouping.from_mapping(class_names, config.groups)
        labels, class_names = grouping.group_of_class[labels], grouping.group_names
    return Samples(split, class_names, sample_ids, labels, pixels)


def check_trainable(dataset: Dataset, config: RunConfig) -> None:
    """Refuse a dataset from which this run cannot learn.

    Raises:
        DatasetError: A split is empty, or all training images are of one class.
        RunError: The grouping puts all training images into one group.
    """
    no_pixels = np.zeros((0, *config.image_size, 3), np.uint8)
    train, val = (select_samples(dataset, config, no_pixels, split) for split in ("train", "val"))
    for samples, purpose in ((train, "to learn from"), (val, "to tell which epoch was the best")):
        if not samples.num_samples:
            other = f"add it again with more images, or with images in its {samples.split} folder"
            raise DatasetError(
                f"Dataset {dataset.name!r} has no {samples.split} images, which a run needs {purpose}; "
                f"{remedy_of(dataset, other)}."
            )
    if len(np.unique(train.labels)) > 1:
        return
    name = train.class_names[train.labels[0]]
    if config.groups is not None:
        raise RunError(
            f"The grouping puts all training images into one group, {name!r}; "
            f"split it on the Regroup page, then train again."
        )
    remedy = remedy_of(dataset, "add it again with images of at least two classes")
    raise DatasetError(
        f"All training images of dataset {dataset.name!r} are of one class, {name!r}; {remedy}."
    )


def _fetch(
    samples: Samples,
    positions: tf.data.Dataset,
    change: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
) -> tf.data.Dataset:
    """Turn batches of positions in ``samples`` into batches of images and labels, two ahead of their use.

    Args:
        samples: The images.
        positions: Batches, int64, shape ``(batch,)``.
        change: What is done to the images of a batch, called with them and their positions.
    """
    with tf.device("CPU"):
        labels = tf.constant(samples.labels)
    shape = samples.pixels.shape[1:]
    if samples.num_samples * int(np.prod(shape)) <= MEMORY_LIMIT:
        with tf.device("CPU"):
            held = tf.constant(samples.pixels[samples.sample_ids])

        def load(position: tf.Tensor) -> tf.Tensor:
            return tf.gather(held, position)
    else:

        def read(position: np.ndarray) -> np.ndarray:
            return samples.pixels[samples.sample_ids[position]]

        def load(position: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(tf.numpy_function(read, [position], tf.uint8), (None, *shape))

    def fetch(position: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = load(position)
        return images if change is None else change(images, position), tf.gather(labels, position)

    # A batch is read faster than it is learned; changing it takes more, and keeps the order.
    parallel = {} if change is None else {"num_parallel_calls": tf.data.AUTOTUNE, "deterministic": True}
    return positions.map(fetch, **parallel).prefetch(2)

"""The way of the pixels into the network: batches of uint8 images, in an order fixed by seed and epoch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from core.datasets.dataset import Dataset
from core.datasets.gaps import remedy_of
from core.datasets.images.unkept_pixels import UnkeptPixels
from core.errors import DatasetError, RunError
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig
from core.training.augmentation import Augmenter
from core.training.sampling import compute_class_weights, count_steps, epoch_order

MEMORY_LIMIT = 1 << 30  # bytes of pixels of one split that are held in memory; more is read from disk
EVALUATION_PIXELS = 4_000_000  # in a batch without gradients, which needs less memory than one in training
MAX_EVALUATION_BATCH = 512  # images

Load = Callable[[tf.Tensor], tf.Tensor]  # from positions, int64, (batch,) to images, (batch, ...)


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
    pixels: np.ndarray | UnkeptPixels

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
        dataset: ``tf.data.Dataset`` of images, shape ``(batch, ...)``, labels, int64, shape ``(batch,)``, and
            where classes count differently, weights, float32, shape ``(batch,)``.
        num_steps: Number of batches.
    """

    def __init__(self, samples: Samples, config: RunConfig, *, features: Sequence[np.ndarray] = ()) -> None:
        """Prepare for the images of a split.

        Args:
            samples: The images.
            config: The run's settings.
            features: What takes the place of the images: for each of their views, in turn, shape
                ``(num_samples, ...)``, read from disk in each batch.
        """
        self._config, self._labels, self._features = config, samples.labels, features
        self._view = 0
        self._augmenter: Augmenter | None = None
        if config.augmentation is not None and not features:
            height, width = samples.pixels.shape[1:3]
            self._augmenter = Augmenter(
                config.augmentation, samples.sample_ids, height=height, width=width, seed=config.seed
            )
        self.num_steps = count_steps(config, samples.num_samples)
        num_shown = len(epoch_order(config, samples.labels, 1))
        with tf.device("CPU"):
            first = np.arange(num_shown) % max(1, samples.num_samples)
            self._order = tf.Variable(first, dtype=tf.int64, trainable=False)
        positions = tf.data.Dataset.range(num_shown).batch(config.batch_size)
        positions = positions.map(lambda position: tf.gather(self._order, position))
        load = _disk_reader(self._read_features, features[0]) if features else _pixel_loader(samples)
        weights = weigh_samples(config, samples)
        self.dataset = _fetch(samples.labels, positions, load, change=self._augmenter, weights=weights)

    def start_epoch(self, epoch: int) -> None:
        """Set order and augmentation of an epoch, counted from 1; not while batches are being taken."""
        self._order.assign(epoch_order(self._config, self._labels, epoch))
        view = view_of_epoch(self._config, epoch)
        if self._features:
            self._view = (view - 1) % len(self._features)
        if self._augmenter is not None:
            self._augmenter.start_epoch(view)

    def _read_features(self, positions: np.ndarray) -> np.ndarray:
        return np.asarray(self._features[self._view][positions])


def evaluation_batches(samples: Samples, batch_size: int = 1) -> tf.data.Dataset:
    """Return images and labels in the order of ``samples``, in batches of at least ``batch_size``."""
    fitting = min(EVALUATION_PIXELS // samples.num_pixels, MAX_EVALUATION_BATCH)
    positions = tf.data.Dataset.range(samples.num_samples).batch(max(batch_size, fitting))
    return _fetch(samples.labels, positions, _pixel_loader(samples))


def image_batches(samples: Samples, batch_size: int, change: Augmenter | None = None) -> tf.data.Dataset:
    """Return images in the order of ``samples``, read from disk and two batches ahead of their use.

    Args:
        samples: The images.
        batch_size: Images in a batch.
        change: What is done to them.
    """
    positions = tf.data.Dataset.range(samples.num_samples).batch(batch_size)
    load = _disk_reader(lambda position: samples.pixels[samples.sample_ids[position]], samples.pixels)
    batches = _fetch(samples.labels, positions, load, change=change)
    return batches.map(lambda images, _: images)


def feature_batches(features: np.ndarray, labels: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """Return features, read from disk, and labels in their order, both of ``num_samples`` rows."""
    positions = tf.data.Dataset.range(len(labels)).batch(batch_size)
    return _fetch(labels, positions, _disk_reader(lambda position: features[position], features))


def weigh_samples(config: RunConfig, samples: Samples) -> np.ndarray | None:
    """Return how much a mistake on each image counts, float32, ``(num_samples,)``; None where all alike."""
    weights = compute_class_weights(config, samples.labels, len(samples.class_names))
    return None if weights is None else weights[samples.labels]


def view_of_epoch(config: RunConfig, epoch: int) -> int:
    """Return for which epoch images are changed as they are shown in this one, both counted from 1.

    >>> config = RunConfig(dataset="d", augmentation="light", augmentation_views=2)
    >>> [view_of_epoch(config, epoch) for epoch in (1, 2, 3, 4)]
    [1, 2, 1, 2]
    """
    return 1 + (epoch - 1) % config.augmentation_views if config.augmentation_views else epoch


def select_samples(
    dataset: Dataset, config: RunConfig, pixels: np.ndarray | UnkeptPixels, split: str
) -> Samples:
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


def _pixel_loader(samples: Samples) -> Load:
    """Return what loads images by their positions in ``samples``, from memory where they fit."""
    shape = samples.pixels.shape[1:]
    if samples.num_samples * int(np.prod(shape)) > MEMORY_LIMIT:
        return _disk_reader(lambda position: samples.pixels[samples.sample_ids[position]], samples.pixels)
    with tf.device("CPU"):
        held = tf.constant(samples.pixels[samples.sample_ids])
    return lambda position: tf.gather(held, position)


def _disk_reader(read: Callable[[np.ndarray], np.ndarray], like: np.ndarray | UnkeptPixels) -> Load:
    """Return what loads rows through a NumPy function; each row is of type and shape as those of ``like``."""
    dtype, shape = tf.as_dtype(like.dtype), like.shape[1:]
    return lambda position: tf.ensure_shape(tf.numpy_function(read, [position], dtype), (None, *shape))


def _fetch(
    labels: np.ndarray,
    positions: tf.data.Dataset,
    load: Load,
    *,
    change: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    weights: np.ndarray | None = None,
) -> tf.data.Dataset:
    """Turn batches of positions into batches of images, labels and weights, two ahead of their use.

    Args:
        labels: Of all images, int64, shape ``(num_samples,)``.
        positions: Batches, int64, shape ``(batch,)``.
        load: From positions to images.
        change: What is done to the images of a batch, called with them and their positions.
        weights: Of all images, float32, shape ``(num_samples,)``; None leaves them out.
    """
    with tf.device("CPU"):
        columns = [tf.constant(column) for column in (labels, weights) if column is not None]

    def fetch(position: tf.Tensor) -> tuple[tf.Tensor, ...]:
        images = load(position)
        images = images if change is None else change(images, position)
        return images, *(tf.gather(column, position) for column in columns)

    # A batch is read faster than it is learned; changing it takes more, and keeps the order.
    parallel = {} if change is None else {"num_parallel_calls": tf.data.AUTOTUNE, "deterministic": True}
    return positions.map(fetch, **parallel).prefetch(2)

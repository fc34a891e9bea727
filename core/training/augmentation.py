"""Training images changed at random: all moves of an image as one matrix, and one interpolation.

What happens to an image depends on the run's seed, the epoch and the image's sample id alone: not on the
batch it is in, on the other images or on the number of threads. So a resumed run sees what it would have
seen, and a page can show it beforehand. The moves are those of Keras' ``ImageDataGenerator`` in its order:
the picture is turned about its center, then shifted, slanted, zoomed and mirrored. Colors are taken
bilinearly between pixels, then changed in contrast and brightness, and rounded once.
"""

import numpy as np
import tensorflow as tf

from core.runs.augmentation import Augmentation

DRAWS = (  # each has random numbers of its own, so that a further one would leave these as they are
    "rotation", "shift_x", "shift_y", "shear", "zoom_x", "zoom_y", "flip_x", "flip_y", "brightness",
    "contrast",
)  # fmt: skip
NUM_COLUMNS = 10  # of what is done to an image: 8 of its matrix, factor of its contrast, added brightness
WHITE = 255


class Augmenter:
    """Changes batches of the images of one split inside ``tf.data``, anew in every epoch."""

    def __init__(
        self, augmentation: Augmentation, sample_ids: np.ndarray, *, height: int, width: int, seed: int
    ) -> None:
        """Prepare for the images of a split.

        Args:
            augmentation: How far they are changed.
            sample_ids: Sample id of each, shape ``(num_samples,)``, int64.
            height: Of the images, pixels.
            width: Of the images, pixels.
            seed: The run's seed.
        """
        self._augmentation, self._sample_ids = augmentation, sample_ids
        self._height, self._width, self._seed = height, width, seed
        with tf.device("CPU"):
            self._changes = tf.Variable(np.zeros((len(sample_ids), NUM_COLUMNS), np.float32), trainable=False)

    def start_epoch(self, epoch: int) -> None:
        """Draw what is done to each image in an epoch, counted from 1; not while batches are being taken."""
        draws = draw(self._augmentation, self._sample_ids, seed=self._seed, epoch=epoch)
        self._changes.assign(to_changes(draws, height=self._height, width=self._width))

    def __call__(self, images: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
        """Return a batch changed, uint8, the shape of ``images``.

        Args:
            images: uint8, shape ``(batch, height, width, 3)``.
            positions: Position of each in ``sample_ids``, int64, shape ``(batch,)``.
        """
        a = self._augmentation
        changes = tf.gather(self._changes, positions)
        return _change(images, changes, moves=a.moves, recolors=a.recolors, fill=a.fill.upper())


def augment(
    images: np.ndarray, augmentation: Augmentation, sample_ids: np.ndarray, *, seed: int, epoch: int
) -> np.ndarray:
    """Return images as a run sees them in an epoch, uint8, the shape of ``images``.

    Args:
        images: uint8, shape ``(num_samples, height, width, 3)``, at the run's image size.
        augmentation: How far they are changed.
        sample_ids: Sample id of each image, shape ``(num_samples,)``, int64.
        seed: The run's seed.
        epoch: Counted from 1.
    """
    height, width = images.shape[1:3]
    augmenter = Augmenter(augmentation, sample_ids, height=height, width=width, seed=seed)
    augmenter.start_epoch(epoch)
    with tf.device("CPU"):
        positions = tf.range(len(images), dtype=tf.int64)
        return np.asarray(augmenter(tf.constant(images), positions))


def draw(
    augmentation: Augmentation, sample_ids: np.ndarray, *, seed: int, epoch: int
) -> dict[str, np.ndarray]:
    """Draw what is done to images in an epoch; for each the same, whichever others are asked for.

    Returns:
        Each of ``DRAWS``, float64, shape ``(num_samples,)``: ``rotation`` and ``shear`` in degrees,
        ``shift_x`` and ``shift_y`` as shares of width and height, ``zoom_x`` and ``zoom_y`` as the share of
        the picture that is shown, ``flip_x`` (left to right) and ``flip_y`` as -1 or 1, ``brightness`` as a
        share of the full scale, ``contrast`` as a factor.
    """
    a = augmentation
    ranges = {  # middle, widest change either way
        "rotation": (0, a.rotation),
        "shift_x": (0, a.width_shift),
        "shift_y": (0, a.height_shift),
        "shear": (0, a.shear),
        "zoom_x": (1, a.zoom),
        "zoom_y": (1, a.zoom),
        "flip_x": (0, a.horizontal_flip),
        "flip_y": (0, a.vertical_flip),
        "brightness": (0, a.brightness),
        "contrast": (1, a.contrast),
    }
    draws = {}
    for number, name in enumerate(DRAWS):
        middle, reach = ranges[name]
        draws[name] = np.full(len(sample_ids), float(middle))
        if reach:
            random = np.random.default_rng((seed, epoch, number + 1))  # (seed, epoch) draws the order
            draws[name] += reach * random.uniform(-1, 1, sample_ids.max(initial=-1) + 1)[sample_ids]
    for name in ("flip_x", "flip_y"):
        draws[name] = np.where(draws[name] < 0, -1.0, 1.0)
    return draws


def to_changes(draws: dict[str, np.ndarray], *, height: int, width: int) -> np.ndarray:
    """Return what is done to images of this size, one row an image.

    Args:
        draws: As from ``draw``.
        height: Of the images, pixels.
        width: Of the images, pixels.

    Returns:
        float32, shape ``(num_samples, 10)``: ``a0 ... a5 0 0``, where the color of the pixel in column ``x``
        and row ``y`` is taken from column ``a0 x + a1 y + a2`` and row ``a3 x + a4 y + a5``; the factor of
        the contrast; and what is added to every value, on the scale 0-255.
    """
    turn, slant = np.deg2rad(draws["rotation"]), np.deg2rad(draws["shear"])
    cos, sin = np.cos(turn), np.sin(turn)
    # How far a step to the right, and one down, in the new picture leads in the old one before its turn.
    right = draws["zoom_x"] * draws["flip_x"]
    down = draws["zoom_y"] * draws["flip_y"]
    down_x, down_y = -np.sin(slant) * down, np.cos(slant) * down
    a0, a1 = cos * right, cos * down_x - sin * down_y
    a3, a4 = sin * right, sin * down_x + cos * down_y
    shift_x, shift_y = draws["shift_x"] * width, draws["shift_y"] * height
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    a2 = cos * shift_x - sin * shift_y + center_x - a0 * center_x - a1 * center_y
    a5 = sin * shift_x + cos * shift_y + center_y - a3 * center_x - a4 * center_y
    nothing = np.zeros_like(a0)
    columns = [a0, a1, a2, a3, a4, a5, nothing, nothing, draws["contrast"], draws["brightness"] * WHITE]
    return np.stack(columns, axis=1).astype(np.float32)


@tf.function(reduce_retracing=True)
def _change(images: tf.Tensor, changes: tf.Tensor, *, moves: bool, recolors: bool, fill: str) -> tf.Tensor:
    """Return images changed, uint8; one function for training and preview, so that both round alike."""
    values = tf.cast(images, tf.float32)
    if moves:
        values = tf.raw_ops.ImageProjectiveTransformV3(
            images=values,
            transforms=changes[:, :8],
            output_shape=tf.shape(images)[1:3],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode=fill,
        )
    if recolors:
        # The sum is of whole numbers, and thus the same in whatever order threads add it up.
        num_pixels = tf.shape(images)[1] * tf.shape(images)[2]
        sums = tf.reduce_sum(tf.cast(images, tf.int32), axis=(1, 2), keepdims=True)
        mean = tf.cast(sums, tf.float32) / tf.cast(num_pixels, tf.float32)  # (batch, 1, 1, 3)
        contrast, brightness = changes[:, 8, None, None, None], changes[:, 9, None, None, None]
        values = (values - mean) * contrast + mean + brightness
    values = tf.clip_by_value(tf.round(values), 0, WHITE)
    return tf.ensure_shape(tf.cast(values, tf.uint8), images.shape)

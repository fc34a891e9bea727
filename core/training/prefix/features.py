"""The frozen beginning of a network passed once over all images, or over features of an earlier cut."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from core.runs.config import RunConfig
from core.training.augmentation import Augmenter
from core.training.pipeline import Samples, image_batches
from core.training.prefix.identity import name_computations
from core.training.prefix.plan import Features, list_views
from core.training.prefix.store import Shelf, open_shelf
from core.workspace import Workspace

PASS_PIXELS = 1_000_000  # of the images in a batch of the pass, where a CPU is fastest
MAX_PASS_BATCH = 256  # images
Progress = Callable[[int, int], None]  # called with (done, total); what it raises stops the work


@dataclass(frozen=True)
class _Wanted:
    """Features of one split or view: where they are to be kept, of which images, and how exact."""

    shelf: Shelf
    samples: Samples
    view: int | None
    dtype: str


def prepare_features(
    workspace: Workspace,
    config: RunConfig,
    prefix: keras.Model,
    *,
    splits: dict[str, Samples],
    shown: dict[str, str],
    progress: Progress,
) -> Features:
    """Return what a frozen beginning makes of all images of a run, computing what is not kept yet.

    Args:
        workspace: Where features are kept.
        config: The run's settings.
        prefix: From images to the tensor at the cut.
        splits: The images of ``train``, ``val`` and ``test``.
        shown: Hash of the pictures of each split, see ``core.training.occluded.Shown.keys``.
        progress: Called with (done, total) images while computing.

    Raises:
        CacheFullError: There is no room for them.
        WorkspaceError: The disk is full or cannot be written.
    """
    views = {"train": list_views(config), "val": (None,), "test": (None,)}
    wanted = [
        _Wanted(
            open_shelf(workspace, config, samples, shown=shown[split], view=view),
            samples,
            view,
            config.cache_precision if split == "train" else "float32",
        )
        for split, samples in splits.items()
        for view in views[split]
    ]
    computation = _Computation(config, prefix)
    found = [computation.find(each) for each in wanted]
    total = sum(each.samples.num_samples for each, kept in zip(wanted, found, strict=True) if kept is None)
    done = 0

    def count(num_images: int) -> None:
        nonlocal done
        done += num_images
        progress(min(done, total), total)  # what float16 cannot hold is computed twice

    kept = [
        computation.make(each, count) if array is None else array
        for each, array in zip(wanted, found, strict=True)
    ]
    return Features(tuple(kept[: len(views["train"])]), *kept[-2:])


def feature_function(
    prefix: keras.Model, dtype: tf.DType | np.dtype = tf.uint8, *, exact: bool = False
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the frozen beginning of a network as a function of a batch of this type.

    Args:
        prefix: The beginning.
        dtype: Of the batches.
        exact: Whether it takes the steps that training the whole network would take. Else its weights are
            constants of the graph, so that TensorFlow multiplies normalization into convolutions once and for
            all: a third of the time less, and rounding that differs in the sixth digit.

    Returns:
        From images, shape ``(batch, height, width, 3)``, or what else the beginning takes, to features,
        float32, shape ``(batch, ...)``.
    """
    parts = (prefix.trainable_variables, prefix.non_trainable_variables)
    weights = [[keras.ops.convert_to_numpy(variable) for variable in part] for part in parts]

    @tf.function(input_signature=[tf.TensorSpec((None, *prefix.input_shape[1:]), dtype)], autograph=False)
    def compute(batch: tf.Tensor) -> tf.Tensor:
        if exact:
            return tf.cast(prefix(batch, training=False), tf.float32)
        constants = [[tf.constant(value) for value in values] for values in weights]
        features, _ = prefix.stateless_call(*constants, batch, training=False)
        return tf.cast(features, tf.float32)

    return compute


class _Computation:
    """A frozen beginning, which begins where the features of an earlier cut end when these are kept."""

    def __init__(self, config: RunConfig, prefix: keras.Model) -> None:
        self._config, self._prefix = config, prefix
        self._names = name_computations(prefix)
        self._output = prefix.output._keras_history.operation.name
        self._functions: dict[tuple[str | None, str], Callable[[tf.Tensor], tf.Tensor]] = {}

    @property
    def name(self) -> str:
        """What is computed."""
        return self._names[self._output]

    @property
    def _is_exact(self) -> bool:
        """Whether the last digits count, too."""
        return self._config.cache_precision == "float32"

    def _key(self, name: str) -> str:
        return name if self._is_exact else f"{name} folded"

    def find(self, wanted: _Wanted) -> np.ndarray | None:
        """Return features that are kept; None where there are none."""
        return wanted.shelf.find(self._key(self.name), wanted.dtype)

    def make(self, wanted: _Wanted, count: Callable[[int], None]) -> np.ndarray:
        """Compute features and keep them; in float32 where float16 cannot hold them.

        Args:
            wanted: Which.
            count: Called with the number of images after each batch.
        """
        shape = (wanted.samples.num_samples, *self._prefix.output_shape[1:])
        try:
            return wanted.shelf.write(
                self._key(self.name), wanted.dtype, self._batches(wanted, count), shape=shape
            )
        except OverflowError:
            exact = _Wanted(wanted.shelf, wanted.samples, wanted.view, "float32")
            kept = self.find(exact)
            if kept is not None:
                return kept
            return wanted.shelf.write(
                self._key(self.name), "float32", self._batches(exact, count), shape=shape
            )

    def _batches(self, wanted: _Wanted, count: Callable[[int], None]) -> Iterator[np.ndarray]:
        layer, earlier = self._find_earlier(wanted)
        compute = self._function(layer, tf.uint8 if earlier is None else earlier.dtype)
        for batch in self._images(wanted) if earlier is None else _slices(earlier):
            exact = compute(batch).numpy()
            with np.errstate(over="ignore"):
                features = exact.astype(wanted.dtype)
            if wanted.dtype == "float16" and not np.array_equal(np.isfinite(features), np.isfinite(exact)):
                raise OverflowError("a feature is too large for float16")
            yield features
            count(len(features))

    def _images(self, wanted: _Wanted) -> Iterator[tf.Tensor]:
        samples, config = wanted.samples, self._config
        change = None
        if wanted.view is not None and config.augmentation is not None:
            height, width = config.image_size
            change = Augmenter(
                config.augmentation, samples.sample_ids, height=height, width=width, seed=config.seed
            )
            change.start_epoch(wanted.view)
        return iter(image_batches(samples, batch_of(samples.num_pixels), change))

    def _find_earlier(self, wanted: _Wanted) -> tuple[str | None, np.ndarray | None]:
        """Return the last layer whose output is kept for these images, and what is kept."""
        dtypes = dict.fromkeys(("float32", wanted.dtype))  # float16 is not made more exact again
        for layer, name in reversed(self._names.items()):
            for dtype in dtypes:
                if layer != self._output and wanted.shelf.path(self._key(name), dtype).exists():
                    earlier = wanted.shelf.find(self._key(name), dtype)
                    if earlier is not None:
                        return layer, earlier
        return None, None

    def _function(self, layer: str | None, dtype: tf.DType | np.dtype) -> Callable[[tf.Tensor], tf.Tensor]:
        """Return what computes the features from the images, or from the output of a layer."""
        key = (layer, str(dtype))
        if key not in self._functions:
            start = self._prefix.input if layer is None else self._prefix.get_layer(layer).output
            part = keras.Model(start, self._prefix.output)
            self._functions[key] = feature_function(part, dtype, exact=self._is_exact)
        return self._functions[key]


def batch_of(num_pixels: int) -> int:
    """Return how many images of so many pixels the pass takes at once.

    >>> batch_of(128 * 128), batch_of(1024 * 1024), batch_of(8 * 8)
    (61, 1, 256)
    """
    return max(1, min(PASS_PIXELS // num_pixels, MAX_PASS_BATCH))


def _slices(features: np.ndarray) -> Iterator[np.ndarray]:
    num_values = max(1, int(np.prod(features.shape[1:])))
    size = max(1, min(PASS_PIXELS * 3 // num_values, MAX_PASS_BATCH))
    for start in range(0, len(features), size):
        yield np.asarray(features[start : start + size])

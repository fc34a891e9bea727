"""The pixels that a run is shown, split by split: clean, or those of an occluded dataset."""

from dataclasses import dataclass

import numpy as np

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.images.pixels import open_pixels
from core.datasets.images.unkept_pixels import UnkeptPixels
from core.datasets.parallel import Progress
from core.datasets.preparing.shown import OCCLUDED_SPLITS, find_occluded
from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.run import Run
from core.workspace import Workspace, read_json, write_json

KEYS_FILE = "shown.json"  # in the folder of a run that is shown occluded pictures


@dataclass(frozen=True)
class Shown:
    """What a run is shown.

    Attributes:
        pixels: Split to RGB of the whole dataset, uint8, shape ``(num_images, height, width, 3)``; only the
            rows of the split are meant.
        keys: Split to the hash of the images that its pixels are of, see ``Dataset.images_hash``.
        reasons: Sentences on pixels that are decoded anew in each epoch.
    """

    pixels: dict[str, np.ndarray | UnkeptPixels]
    keys: dict[str, str]
    reasons: tuple[str, ...]


def open_shown(
    workspace: Workspace,
    dataset: Dataset,
    config: RunConfig,
    *,
    keep: bool = True,
    progress: Progress | None = None,
) -> Shown:
    """Return the pixels of each split, decoding them on first use.

    Args:
        workspace: Where the datasets are.
        dataset: The run's dataset; labels, splits and numbers of the images are its own.
        config: ``resizing``, ``occluded_with`` and ``occluded_splits`` are used.
        keep: Whether to decode all images now, unless that was done before; for a look at a few it takes
            too long.
        progress: Called with (done, total) while decoding; what it raises stops the work.

    Raises:
        DatasetError: The occluded dataset is unknown or does not fit.
        DatasetFileError: An image is gone or can no longer be read.
    """
    sources = dict.fromkeys(SPLITS, dataset)
    if config.occluded_with is not None:
        occluded = find_occluded(workspace, dataset, config.occluded_with, config.occluded_splits)
        sources |= dict.fromkeys(OCCLUDED_SPLITS[config.occluded_splits], occluded)
    opened = {
        source.name: open_pixels(workspace, source, config.resizing, keep=keep, progress=progress)
        for source in {source.name: source for source in sources.values()}.values()
    }
    return Shown(
        pixels={split: opened[source.name] for split, source in sources.items()},
        keys={split: source.images_hash for split, source in sources.items()},
        reasons=tuple(pixels.reason for pixels in opened.values() if isinstance(pixels, UnkeptPixels)),
    )


def check_same_shown(run: Run, shown: Shown, *, is_resumed: bool) -> None:
    """Refuse to resume a run with other occluded pictures than it was begun with; else note which they are.

    Raises:
        RunError: The occluded dataset has been made anew or changed since.
    """
    if run.config.occluded_with is None:
        return
    path = run.directory / KEYS_FILE
    if is_resumed and path.exists() and read_json(path) != shown.keys:
        raise RunError(
            f"Dataset {run.config.occluded_with!r} has changed since run {run.id} was begun, so that it "
            f"cannot be resumed; train a new run."
        )
    write_json(path, shown.keys)

"""Features: the numbers a trained network makes of an image just before it decides.

They are the input of its last layer of weights, ``logits``. Images that the network holds for alike have
features that are close together. They are computed in the helper process, a block of images a question, and
kept beside the run; that folder may be deleted at any time.
"""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.caches import writing
from core.datasets.dataset import Dataset
from core.datasets.images.pixels import load_pixels
from core.datasets.parallel import Progress, progress_of_part
from core.explain import service
from core.runs.run import Run
from core.workspace import Workspace

if TYPE_CHECKING:
    import keras

FEATURES_DIR = "features"  # in a run's folder
BLOCK_SIZE = 512  # images a question: other questions are answered in between, and a stop comes soon
BATCH_SIZE = 64  # images in the network at a time
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile)


def load_features(
    workspace: Workspace,
    run: Run,
    dataset: Dataset,
    sample_ids: np.ndarray,
    *,
    progress: Progress | None = None,
) -> np.ndarray:
    """Return the features of images, computing them on first use.

    Args:
        workspace: Where the pixels of the dataset are kept.
        run: A trained run, of this dataset or another.
        dataset: Whose images.
        sample_ids: Which, shape ``(num_images,)``, int64; their files must be readable.
        progress: Called with (done, total) images; what it raises stops the work.

    Returns:
        Shape ``(num_images, num_features)``, float32.

    Raises:
        RunError: The run has no network yet.
        ModelError: The network cannot be read, or is not one of this project.
        ExplainError: The helper process failed.
        DatasetFileError: An image is gone or can no longer be read.
        WorkspaceError: The disk is full.
    """
    folder = run.directory / FEATURES_DIR
    start = f"{service.network_time(run):x}-"
    for path in sorted(folder.glob(f"{start}{dataset.images_hash}-*.npz")):
        found = _read(path, sample_ids)
        if found is not None:
            return found
    features = _ask(workspace, run, dataset, sample_ids, progress)
    samples = hashlib.sha1(sample_ids.astype(np.int64).tobytes(), usedforsecurity=False).hexdigest()[:12]
    path = folder / f"{start}{dataset.images_hash}-{samples}.npz"
    with writing(workspace, path, features.nbytes + sample_ids.nbytes) as temporary:
        np.savez(temporary, sample_ids=sample_ids.astype(np.int64), features=features)
    for other in folder.glob("*.npz"):
        if not other.name.startswith(start):  # of a network that has been trained on since
            other.unlink(missing_ok=True)
    return features


def feature_reader(
    workspace: Workspace, run: Run, dataset: Dataset
) -> Callable[[np.ndarray, Progress | None], np.ndarray]:
    """Return the function with which ``compute_map`` reads the features of a run."""
    return lambda sample_ids, progress: load_features(workspace, run, dataset, sample_ids, progress=progress)


def features_name(run: Run) -> str:
    """Return a name for the features of a run as it is trained now, fit for a file name.

    Raises:
        RunError: The run has no network yet.
    """
    return f"{run.id}-{service.network_time(run):x}"


def compute_features(model: "keras.Model", pixels_path: Path, sample_ids: np.ndarray) -> np.ndarray:
    """Return the features of some images; for the helper process.

    Args:
        model: The network.
        pixels_path: ``.npy`` of the dataset's pixels at the network's size, see ``load_pixels``.
        sample_ids: Which rows of it.

    Returns:
        Shape ``(num_images, num_features)``, float32.

    Raises:
        ModelError: The network has no layer ``logits``.
    """
    import keras  # noqa: PLC0415 - the server imports this module too

    from core.explain.loading import find_layer  # noqa: PLC0415
    from core.models.stack.layers import LOGITS_LAYER  # noqa: PLC0415

    part = keras.Model(model.input, find_layer(model, LOGITS_LAYER).input)
    pixels = np.load(pixels_path, mmap_mode="r", allow_pickle=False)
    batches = [sample_ids[start : start + BATCH_SIZE] for start in range(0, len(sample_ids), BATCH_SIZE)]
    rows = [np.asarray(part(pixels[batch].astype(np.float32), training=False)) for batch in batches]
    return np.concatenate([row.reshape(len(row), -1) for row in rows]).astype(np.float32, copy=False)


def _ask(
    workspace: Workspace, run: Run, dataset: Dataset, sample_ids: np.ndarray, progress: Progress | None
) -> np.ndarray:
    reading = progress_of_part(progress, "Reading the images")
    pixels = load_pixels(workspace, dataset, run.config.resizing, progress=reading)
    path = Path(str(getattr(pixels, "filename")))  # noqa: B009 - mypy does not know that it is a memmap
    asking = progress_of_part(progress, f"Asking {run.id}")
    blocks = []
    for start in range(0, len(sample_ids), BLOCK_SIZE):
        if asking is not None:
            asking(start, len(sample_ids))
        blocks.append(service.show_features(run, path, sample_ids[start : start + BLOCK_SIZE]))
    return np.concatenate(blocks) if blocks else np.zeros((0, 0), np.float32)


def _read(path: Path, sample_ids: np.ndarray) -> np.ndarray | None:
    """Return the rows of these images when a file has all of them."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            kept = arrays["sample_ids"]
            if not np.isin(sample_ids, kept).all():
                return None
            order = np.argsort(kept)
            features: np.ndarray = arrays["features"][order[np.searchsorted(kept[order], sample_ids)]]
            return features if features.ndim == 2 else None
    except _DAMAGE:
        return None

"""Predictions of one run on one split: the hinge between training and everything after it.

Evaluation, regrouping and comparison work from these files alone and need no TensorFlow.
"""

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from core.errors import PredictionsError
from core.words import SPLIT_NAMES
from core.workspace import write_bytes

# What NumPy raises on a damaged file; AttributeError where it takes the content for plain bytes.
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Predictions:
    """What a model said about the images of one split.

    Attributes:
        split: ``"train"``, ``"val"`` or ``"test"``.
        class_names: Names of the classes, in the order of the columns of ``probs``.
        y_true: True class of each image, shape ``(num_samples,)``, int64.
        probs: Probabilities, shape ``(num_samples, num_classes)``, float32, rows sum to 1.
        sample_ids: Row of each image in its dataset's table, shape ``(num_samples,)``, int64.
    """

    split: str
    class_names: tuple[str, ...]
    y_true: np.ndarray
    probs: np.ndarray
    sample_ids: np.ndarray

    def __post_init__(self) -> None:
        num_samples, num_classes = self.probs.shape
        if self.y_true.shape != (num_samples,) or self.sample_ids.shape != (num_samples,):
            raise ValueError(
                f"y_true {self.y_true.shape}, sample_ids {self.sample_ids.shape} and probs "
                f"{self.probs.shape} must have the same number of rows."
            )
        if len(self.class_names) != num_classes:
            raise ValueError(f"{len(self.class_names)} class names for probs of shape {self.probs.shape}.")
        if num_samples and not 0 <= self.y_true.min() <= self.y_true.max() < num_classes:
            raise ValueError(f"y_true has classes that are not among 0 to {num_classes - 1}.")

    @property
    def num_samples(self) -> int:
        """Number of images."""
        return len(self.y_true)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @cached_property
    def y_pred(self) -> np.ndarray:
        """Class of the largest probability, the first of equals, shape ``(num_samples,)``, int64."""
        return self.probs.argmax(axis=1) if self.num_samples else np.zeros(0, np.int64)


def save_predictions(path: Path, predictions: Predictions) -> None:
    """Write predictions as one ``.npz`` with the attributes as keys.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    buffer = io.BytesIO()
    np.savez(
        buffer,
        split=np.array(predictions.split),
        class_names=np.array(predictions.class_names, dtype=np.str_),
        y_true=predictions.y_true.astype(np.int32),
        probs=predictions.probs.astype(np.float32),
        sample_ids=predictions.sample_ids.astype(np.int64),
    )
    write_bytes(path, buffer.getvalue())


def load_predictions(path: Path) -> Predictions:
    """Read predictions written by ``save_predictions``.

    Raises:
        PredictionsError: The file is missing or damaged.
    """
    if not path.exists():
        raise PredictionsError(
            f"There are no predictions at {path}; they are written when a run has finished its last epoch."
        )
    try:
        # Opened here, since np.load leaves a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            split, class_names = str(arrays["split"]), tuple(str(name) for name in arrays["class_names"])
            if split not in SPLIT_NAMES or len(set(class_names)) < len(class_names):
                raise ValueError(f"split {split!r} or a class name is not as it was written")
            return Predictions(
                split=split,
                class_names=class_names,
                y_true=arrays["y_true"].astype(np.int64),
                probs=arrays["probs"].astype(np.float32),
                sample_ids=arrays["sample_ids"].astype(np.int64),
            )
    except _DAMAGE as error:
        raise PredictionsError(f"{path} is damaged ({error}); train the run again.") from error

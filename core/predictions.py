"""Predictions of one run on one split: the hinge between training and everything after it.

Evaluation, regrouping and comparison work from these files alone and need no TensorFlow.

Few probabilities are kept as they are. Many are kept as float16, class by class, beside the exact predicted
classes, and are mapped instead of read: 50,000 images of 1,000 classes are 100 MB on disk that the system
pages in as they are needed, and drops when memory is short.
"""

import io
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.errors import PredictionsError
from core.words import SPLIT_NAMES
from core.workspace import open_whole, write_bytes

MAX_EXACT = 10_000_000  # probabilities; more are kept as float16 and mapped
MAX_BLOCK_VALUES = 2_000_000  # probabilities rounded at once
ALIGNMENT = 64  # bytes; where a mapped array begins
PADDING_ID = 0xD935  # of the extra field that aligns a member of an archive, as Android's zipalign writes it
# What NumPy and zipfile raise on a damaged file: AttributeError where it is taken for plain bytes,
# SyntaxError and TokenError where an array's header cannot be read, MemoryError where it tells of too much.
_DAMAGE = (
    OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, IndexError, ArithmeticError,
    RuntimeError, MemoryError, SyntaxError, tokenize.TokenError, struct.error, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True)
class Predictions:
    """What a model said about the images of one split.

    Attributes:
        split: ``"train"``, ``"val"`` or ``"test"``.
        class_names: Names of the classes, in the order of the columns of ``probs``.
        y_true: True class of each image, shape ``(num_samples,)``, int64.
        probs: Probabilities, shape ``(num_samples, num_classes)``, rows sum to 1; float32, or float16 mapped
            from the file where there are more than ``MAX_EXACT``.
        sample_ids: Row of each image in its dataset's table, shape ``(num_samples,)``, int64.
        known_y_pred: What ``y_pred`` is, where that was stored; None where it is computed.
    """

    split: str
    class_names: tuple[str, ...]
    y_true: np.ndarray
    probs: np.ndarray
    sample_ids: np.ndarray
    known_y_pred: np.ndarray | None = field(default=None, repr=False)

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
        y_pred = self.known_y_pred
        if y_pred is None:
            return
        if y_pred.shape != (num_samples,) or not ((y_pred >= 0) & (y_pred < num_classes)).all():
            raise ValueError(f"y_pred {y_pred.shape} does not give each image one of {num_classes} classes.")

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
        if self.known_y_pred is not None:
            return self.known_y_pred
        return self.probs.argmax(axis=1) if self.num_samples else np.zeros(0, np.int64)


def save_predictions(path: Path, predictions: Predictions) -> None:
    """Write predictions as one ``.npz`` with the attributes as keys, and ``y_pred`` where there are many.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    small = {
        "split": np.array(predictions.split),
        "class_names": np.array(predictions.class_names, dtype=np.str_),
        "y_true": predictions.y_true.astype(np.int32),
        "sample_ids": predictions.sample_ids.astype(np.int64),
    }
    if predictions.probs.size > MAX_EXACT:
        with open_whole(path) as file:
            _write_many(file, {**small, "y_pred": predictions.y_pred.astype(np.int32)}, _to_half(predictions))
        return
    buffer = io.BytesIO()
    np.savez(buffer, **small, probs=predictions.probs.astype(np.float32))  # type: ignore[arg-type]
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
            y_pred = arrays["y_pred"].astype(np.int64) if "y_pred" in arrays else None
            mapped = _map_probs(file)
            return Predictions(
                split=split,
                class_names=class_names,
                y_true=arrays["y_true"].astype(np.int64),
                probs=arrays["probs"].astype(np.float32) if mapped is None else mapped,
                sample_ids=arrays["sample_ids"].astype(np.int64),
                known_y_pred=y_pred,
            )
    except _DAMAGE as error:
        raise PredictionsError(f"{path} is damaged ({error}); train the run again.") from error


def _to_half(predictions: Predictions) -> np.ndarray:
    """Round to float16, one row a class; the predicted class stays the first of the largest of its image."""
    probs = predictions.probs
    by_class = np.empty(probs.shape[::-1], np.float16)
    block = max(1, MAX_BLOCK_VALUES // predictions.num_classes)
    for start in range(0, len(probs), block):
        rows = slice(start, start + block)
        bits = probs[rows].astype(np.float16).view(np.uint16)  # ordered as the numbers are, from 0 up
        y_pred = predictions.y_pred[rows]
        tied = np.flatnonzero(bits.argmax(axis=1) != y_pred)
        bits[tied, y_pred[tied]] += 1  # the next larger number
        by_class[:, rows] = bits.view(np.float16).T
    return by_class


def _write_many(file: BinaryIO, small: dict[str, np.ndarray], by_class: np.ndarray) -> None:
    """Write an ``.npz`` whose last member, the probabilities, begins where it can be mapped."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, values in small.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, values, allow_pickle=False)
        info = zipfile.ZipInfo("probs.npy")
        # Before the array: 30 bytes, the name, 20 bytes for sizes beyond 4 GB, 4 that announce the padding.
        size = -(file.tell() + 30 + len(info.filename) + 20 + 4) % ALIGNMENT
        info.extra = struct.pack("<HH", PADDING_ID, size) + bytes(size)
        with archive.open(info, "w", force_zip64=True) as member:
            shape = {"descr": "<f2", "fortran_order": True, "shape": by_class.shape[::-1]}
            np.lib.format.write_array_header_1_0(member, shape)
            member.write(by_class.reshape(-1).view(np.uint8).data)


def _map_probs(file: BinaryIO) -> np.ndarray | None:
    """Map float16 probabilities, shape ``(num_samples, num_classes)``, read-only; None where there are none.

    Raises:
        ValueError: They are not as they were written.
    """
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("probs.npy")
    file.seek(info.header_offset + 26)
    name_size, extra_size = struct.unpack("<HH", file.read(4))
    start = info.header_offset + 30 + name_size + extra_size
    file.seek(start)
    if info.compress_type != zipfile.ZIP_STORED or np.lib.format.read_magic(file) != (1, 0):
        return None
    shape, by_class, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype != np.float16 or not by_class:
        return None
    offset = file.tell()
    mapped = np.memmap(file, dtype, "r", offset, shape, "F")
    file.seek(start)
    if zlib.crc32(mapped.T.data, zlib.crc32(file.read(offset - start))) != info.CRC:
        raise ValueError("the probabilities are not as they were written")
    return np.asarray(mapped)

"""Reads predictions made elsewhere: one ``.npz`` a split with plain arrays.

``y_true`` (class numbers or names), ``probs`` or ``y_pred``, ``class_names``, and optionally ``ids`` (names
or numbers of the images). Nothing is unpickled.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import PredictionsError
from core.words import some

KEYS = ("y_true", "probs", "y_pred", "class_names", "ids")
MAX_ROUNDING = 0.02  # that the probabilities of an image may be off one: float16 over 1,000 classes
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile)


@dataclass(frozen=True)
class ForeignPredictions:
    """What a file says of the images of one split, checked.

    Attributes:
        path: The file.
        class_names: The classes, in the order of the columns of ``probs``.
        y_true: True class of each image, int64, shape ``(num_samples,)``.
        probs: Probabilities, float32, shape ``(num_samples, num_classes)``; one column is 1 where the file
            has answers only.
        ids: Name of each image, shape ``(num_samples,)``; None where the file has none.
        has_probs: Whether the file has probabilities.
    """

    path: Path
    class_names: tuple[str, ...]
    y_true: np.ndarray
    probs: np.ndarray
    ids: np.ndarray | None
    has_probs: bool


def read_foreign(path: Path | str) -> ForeignPredictions:
    """Read a file.

    Raises:
        PredictionsError: It cannot be read, lacks an array, or what it holds contradicts itself; the message
            names the file, the array and the remedy.
    """
    path = Path(path).expanduser()
    arrays = _load(path)
    class_names = _class_names(path, arrays)
    y_true = _labels(path, "y_true", arrays, class_names)
    if not len(y_true):
        raise PredictionsError(f"{path} has no images: y_true is empty; save the answers of a whole split.")
    probs = _probs(path, arrays, class_names, num_samples=len(y_true))
    return ForeignPredictions(
        path, class_names, y_true, probs, _ids(path, arrays, len(y_true)), has_probs="probs" in arrays
    )


def _load(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise PredictionsError(f"There is no file {path}; give the path of an .npz with y_true and probs.")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {key: np.asarray(arrays[key]) for key in KEYS if key in arrays}
    except _DAMAGE as error:
        raise PredictionsError(
            f"{path} cannot be read as an .npz of plain arrays ({error}); save it with np.savez, names as "
            f"np.array(names, dtype=str)."
        ) from error
    missing = [key for key in ("y_true", "class_names") if key not in found]
    if missing or not {"probs", "y_pred"} & set(found):
        lacks = " and ".join(missing or ["probs or y_pred"])
        raise PredictionsError(
            f"{path} lacks {lacks}; save it with np.savez(path, y_true=..., probs=..., class_names=...)."
        )
    return found


def _class_names(path: Path, arrays: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    found = arrays["class_names"]
    names = tuple(_text(name).strip() for name in found.ravel()) if found.ndim == 1 else ()
    empty = [name for name in names if not name or not name.isprintable()]
    doubled = (
        sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    )
    if len(names) < 2 or empty or doubled:
        if len(names) < 2:
            problem = f"class_names has shape {found.shape}, but two classes at least are needed"
        elif doubled:
            problem = f"class_names has {some(doubled)} twice"
        else:
            problem = f"class_names has {empty[0]!r}, which is no name"
        raise PredictionsError(f"{path}: {problem}; give each class one name, in the order of the columns.")
    return names


def _labels(
    path: Path, key: str, arrays: Mapping[str, np.ndarray], class_names: tuple[str, ...]
) -> np.ndarray:
    """Class numbers of an array that holds numbers or names, int64, shape ``(num_samples,)``."""
    found = arrays[key]
    if found.ndim != 1:
        raise PredictionsError(f"{path}: {key} has shape {found.shape}; it must have one class an image.")
    if found.dtype.kind in "US":
        number = {name: index for index, name in enumerate(class_names)}
        names = [_text(name).strip() for name in found]
        unknown = sorted({name for name in names if name not in number})
        if unknown:
            raise PredictionsError(
                f"{path}: {key} names {some(unknown)}, not among class_names; write all names alike."
            )
        return np.array([number[name] for name in names], np.int64)
    if found.dtype.kind not in "iufb" or (found.dtype.kind == "f" and not np.array_equal(found, found // 1)):
        raise PredictionsError(f"{path}: {key} must hold class numbers or names, not {found.dtype}.")
    if len(found) and not 0 <= found.min() <= found.max() < len(class_names):
        raise PredictionsError(
            f"{path}: {key} goes from {found.min()} to {found.max()}, but class_names has {len(class_names)} "
            f"names; count the classes from 0."
        )
    return found.astype(np.int64)


def _probs(
    path: Path, arrays: Mapping[str, np.ndarray], class_names: tuple[str, ...], *, num_samples: int
) -> np.ndarray:
    if "probs" not in arrays:
        y_pred = _labels(path, "y_pred", arrays, class_names)
        if len(y_pred) != num_samples:
            raise PredictionsError(
                f"{path}: y_true has {num_samples:,} images and y_pred {len(y_pred):,}; save both for the "
                f"same images."
            )
        probs = np.zeros((num_samples, len(class_names)), np.float32)
        probs[np.arange(num_samples), y_pred] = 1
        return probs
    found = arrays["probs"]
    if found.shape != (num_samples, len(class_names)) or found.dtype.kind not in "fiub":
        raise PredictionsError(
            f"{path}: probs is {found.dtype} of shape {found.shape}, but {num_samples:,} images and "
            f"{len(class_names)} classes need numbers of shape ({num_samples}, {len(class_names)})."
        )
    probs = found.astype(np.float32)
    num_bad = int((~np.isfinite(probs)).any(axis=1).sum())
    if num_bad:
        raise PredictionsError(
            f"{path}: for {num_bad:,} of {num_samples:,} images probs has values that are not numbers: the "
            f"training diverged; leave these images out or predict them again."
        )
    off = int(((probs < 0).any(axis=1) | (abs(probs.sum(axis=1) - 1) > MAX_ROUNDING)).sum())
    if off:
        raise PredictionsError(
            f"{path}: for {off:,} of {num_samples:,} images probs is negative or does not add up to 1; apply "
            f"a softmax to logits before you save them."
        )
    return probs


def _ids(path: Path, arrays: Mapping[str, np.ndarray], num_samples: int) -> np.ndarray | None:
    if "ids" not in arrays:
        return None
    ids = np.array([_text(value) for value in arrays["ids"].ravel()], dtype=np.str_)
    if arrays["ids"].ndim != 1 or len(ids) != num_samples:
        raise PredictionsError(
            f"{path}: ids has shape {arrays['ids'].shape}, but there are {num_samples:,} images; give each "
            f"image one id, or leave ids out."
        )
    values, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        doubled = some([str(value) for value in values[counts > 1]])
        raise PredictionsError(f"{path}: ids has {doubled} twice; give each image one of its own.")
    return ids


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

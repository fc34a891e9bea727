"""An ``.npz`` file with images as arrays, as Keras and many papers hand them out.

Keys: ``x_train y_train [x_val y_val] [x_test y_test] [class_names]``. Images are grey ``(n, h, w)`` or
``(n, h, w, 1)``, or RGB ``(n, h, w, 3)``; uint8, or real numbers 0-1 or 0-255. Labels are integers or texts,
``(n,)`` or ``(n, 1)``. Nothing is unpickled, since a pickle can run code.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np
import psutil

from core.datasets.sources.listing import Listing, clean_label, some
from core.errors import DatasetError

SPLIT_KEYS = {"train": ("train",), "val": ("val", "valid", "validation"), "test": ("test",)}
NAME_KEYS = ("class_names", "fine_names", "label_names")
KNOWN_KEYS = {f"{axis}_{name}" for axis in "xy" for names in SPLIT_KEYS.values() for name in names}
KNOWN_KEYS |= {*NAME_KEYS, "coarse_names", "fine_to_coarse"}
EXPECTED = "Expected are x_train, y_train and optionally x_val, y_val, x_test, y_test, class_names."
CHUNK = 1024  # images converted at a time


def list_npz_arrays(path: Path) -> Listing:
    """Read the arrays of an ``.npz`` file.

    Raises:
        DatasetError: The file is not an ``.npz``, lacks arrays, holds pickled objects, or shapes, values or
            labels do not fit; the message names the array and what is expected.
    """
    arrays = _read_arrays(path)
    listing = Listing(description=f"Images of the arrays in {path.name}.")
    names = _class_names(arrays, path)
    parts = {split: _part(arrays, split, path) for split in SPLIT_KEYS}
    images = {split: part[0] for split, part in parts.items() if part is not None}
    factor = _factor(images, path)
    for split, part in parts.items():
        if part is None:
            continue
        listing.arrays.append(_to_uint8(part[0], factor))
        listing.labels += _label_names(part[1], names, f"y_{split} in {path}")
        listing.splits += [split if len(images) > 1 else None] * len(part[0])
    listing.groups = [None] * len(listing.labels)
    listing.reasons = [None] * len(listing.labels)
    listing.class_names = names
    listing.known_groups = _known_groups(arrays, names)
    return listing


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays with a known name; those with another name are not opened."""
    arrays: dict[str, np.ndarray] = {}
    key = ""
    try:
        _check_archive(path)
        with np.load(path, allow_pickle=False) as file:
            for key in KNOWN_KEYS.intersection(file.files):
                arrays[key] = _array(file[key], key, path)
            if not arrays:
                raise DatasetError(f"{path} has only arrays named {some(sorted(file.files))}. {EXPECTED}")
    except (OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(f"{path} cannot be opened or is damaged ({error}); write it again.") from error
    except ValueError as error:
        if "pickle" not in str(error):
            raise DatasetError(f"{key} in {path} is damaged ({error}); copy or write it again.") from error
        raise DatasetError(
            f"{key} in {path} holds pickled Python objects, which could run code and are not opened; "
            f"save it as a plain array of numbers or texts."
        ) from error
    return arrays


def _array(content: object, key: str, path: Path) -> np.ndarray:
    """Refuse what numpy hands out as bytes, since it does not begin like an array."""
    if not isinstance(content, np.ndarray):
        raise DatasetError(f"{key} in {path} is not a NumPy array; write the file with numpy.savez.")
    return content


def _check_archive(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        raise DatasetError(
            f"{path} is not an .npz file; write one with numpy.savez(path, x_train=..., y_train=...)."
        )
    with zipfile.ZipFile(path) as archive:
        needed = sum(member.file_size for member in archive.infolist())
    free = psutil.virtual_memory().available
    if needed > free:
        raise DatasetError(
            f"{path} unpacks to {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB of memory are free; "
            f"save fewer images, or use a folder of class folders, which is read image by image."
        )


def _part(arrays: dict[str, np.ndarray], split: str, path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return images and labels of one split; None when the file has none."""
    for name in SPLIT_KEYS[split]:
        x_key, y_key = f"x_{name}", f"y_{name}"
        if x_key in arrays and y_key in arrays:
            images, labels = arrays[x_key], arrays[y_key]
            _check_shapes(images, labels, f"{x_key} and {y_key} in {path}")
            return images.reshape(images.shape[:3]) if images.shape[-1] == 1 else images, labels.reshape(-1)
        if x_key in arrays or y_key in arrays or split == "train":
            missing = some([key for key in (x_key, y_key) if key not in arrays])
            raise DatasetError(f"{path} has no array {missing}, but {some(sorted(arrays))}. {EXPECTED}")
    return None


def _check_shapes(images: np.ndarray, labels: np.ndarray, where: str) -> None:
    color = images.ndim == 4 and images.shape[-1] in {1, 3}
    if not (images.ndim == 3 or color) or 0 in images.shape[1:]:
        hint = " Move the channels to the end." if images.ndim == 4 and images.shape[1] in {1, 3} else ""
        raise DatasetError(
            f"{where}: images of shape {images.shape} do not fit; expected is (n, height, width) for grey "
            f"or (n, height, width, 3) for RGB.{hint}"
        )
    if labels.shape not in {(len(images),), (len(images), 1)}:
        raise DatasetError(
            f"{where}: labels of shape {labels.shape} do not fit {len(images)} images; expected is one class "
            f"number or name an image, shape ({len(images)},)."
        )


def _factor(parts: dict[str, np.ndarray], path: Path) -> float:
    """Return by what to multiply the values of all splits to reach 0-255."""
    shapes = {images.shape[1:] for images in parts.values()}
    if len(shapes) > 1:
        raise DatasetError(f"The splits in {path} differ in image shape, {sorted(shapes)}; make them equal.")
    for images in parts.values():
        if images.dtype.kind not in "buif":
            raise DatasetError(f"The images in {path} are {images.dtype}, not numbers; save them as uint8.")
    filled = [images for images in parts.values() if len(images)]
    low, high = (float(f([f(images) for images in filled])) if filled else 0.0 for f in (np.min, np.max))
    if not 0 <= low <= high <= 255:  # false for not-a-number, too
        raise DatasetError(
            f"The images in {path} have values from {low:g} to {high:g}; scale them to 0-255, or to 0-1."
        )
    return 255.0 if high <= 1 else 1.0


def _to_uint8(images: np.ndarray, factor: float) -> np.ndarray:
    if images.dtype == np.uint8 and factor == 1:
        return images
    converted = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), CHUNK):
        converted[start : start + CHUNK] = np.rint(images[start : start + CHUNK].astype(np.float32) * factor)
    return converted


def _class_names(arrays: dict[str, np.ndarray], path: Path) -> tuple[str, ...] | None:
    key = next((key for key in NAME_KEYS if key in arrays), None)
    if key is None:
        return None
    names = tuple(clean_label(_text(name)) for name in arrays[key].reshape(-1).tolist())
    if len(set(names)) < len(names) or "" in names:
        raise DatasetError(f"{key} in {path} has empty or repeated names; give each class a name of its own.")
    return names


def _label_names(labels: np.ndarray, names: tuple[str, ...] | None, where: str) -> list[str]:
    """Return the class name of each image."""
    if labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels)):
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biuUS":
        raise DatasetError(f"{where} has {labels.dtype} values; expected are class numbers or class names.")
    if labels.dtype.kind in "US":
        found = {value: clean_label(_text(value)) for value in np.unique(labels).tolist()}
        wrong = [text for text in found.values() if not text or (names is not None and text not in names)]
    else:
        numbers = np.unique(labels.astype(np.int64)).tolist()
        wrong = [str(n) for n in numbers if names is not None and not 0 <= n < len(names)]
        found = {} if wrong else {n: str(n) if names is None else names[n] for n in numbers}
        labels = labels.astype(np.int64)
    if wrong:
        raise DatasetError(
            f"{where} has labels without a class name: {some(wrong)}; name every class in class_names, "
            f"in the order of the class numbers from 0."
        )
    return [found[value] for value in labels.tolist()]


def _known_groups(arrays: dict[str, np.ndarray], names: tuple[str, ...] | None) -> dict[str, str] | None:
    """Return the families of CIFAR-100-like files: ``coarse_names`` with ``fine_to_coarse``."""
    if names is None or "coarse_names" not in arrays or "fine_to_coarse" not in arrays:
        return None
    coarse = [clean_label(_text(name)) for name in arrays["coarse_names"].reshape(-1).tolist()]
    index = arrays["fine_to_coarse"].reshape(-1)
    fits = index.dtype.kind in "iu" and len(index) == len(names) and len(index) and index.max() < len(coarse)
    return {name: coarse[n] for name, n in zip(names, index.tolist(), strict=True)} if fits else None


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

"""Class numbers or names beside an array of images to one class name an image."""

from collections.abc import Mapping

import numpy as np

from core.datasets.sources.listing import clean_label
from core.errors import DatasetError
from core.words import some

NAME_KEYS = ("class_names", "fine_names", "label_names", "target_names")


def class_names_in(arrays: Mapping[str, np.ndarray], where: str) -> tuple[str, ...] | None:
    """Return the names of the classes in the order of their numbers; None where there are none.

    Raises:
        DatasetError: Names are empty or repeated.
    """
    key = next((key for key in NAME_KEYS if key in arrays), None)
    if key is None:
        return None
    names = tuple(clean_label(_text(name)) for name in arrays[key].reshape(-1).tolist())
    if len(set(names)) < len(names) or "" in names:
        raise DatasetError(
            f"{key} in {where} has empty or repeated names; give each class a name of its own."
        )
    return names


def label_names(labels: np.ndarray, names: tuple[str, ...] | None, count: int, where: str) -> list[str]:
    """Return the class name of each image.

    Args:
        labels: Class numbers or names, shape ``(n,)`` or ``(n, 1)``.
        names: Names of the classes, None: the numbers are the names.
        count: Number of images.
        where: Name of the array and file, for messages.

    Raises:
        DatasetError: There is not one label an image, or a label is of no class.
    """
    if labels.shape not in {(count,), (count, 1)}:
        raise DatasetError(
            f"{where}: labels of shape {labels.shape} do not fit {count} images; expected is one class "
            f"number or name an image, shape ({count},)."
        )
    labels = labels.reshape(-1)
    if labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels)) and np.abs(labels).max() < 2**53:
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biuUS":
        raise DatasetError(f"{where} has {labels.dtype} values; expected are class numbers or class names.")
    if labels.dtype.kind in "US":
        found = {value: clean_label(_text(value)) for value in np.unique(labels).tolist()}
        wrong = [text for text in found.values() if not text or (names is not None and text not in names)]
    else:
        labels = labels.astype(np.uint8) if labels.dtype.kind == "b" else labels
        numbers = np.unique(labels).tolist()
        wrong = [str(n) for n in numbers if names is not None and not 0 <= n < len(names)]
        found = {} if wrong else {n: str(n) if names is None else names[n] for n in numbers}
    if wrong:
        raise DatasetError(
            f"{where} has labels without a class name: {some(wrong)}; name every class in class_names, "
            f"in the order of the class numbers from 0."
        )
    return [found[value] for value in labels.tolist()]


def known_groups_in(arrays: Mapping[str, np.ndarray], names: tuple[str, ...] | None) -> dict[str, str] | None:
    """Return the families of CIFAR-100-like files: ``coarse_names`` with ``fine_to_coarse``."""
    if names is None or "coarse_names" not in arrays or "fine_to_coarse" not in arrays:
        return None
    coarse = [clean_label(_text(name)) for name in arrays["coarse_names"].reshape(-1).tolist()]
    index = arrays["fine_to_coarse"].reshape(-1)
    fits = index.dtype.kind in "iu" and len(index) == len(names) and len(index) and index.max() < len(coarse)
    return {name: coarse[n] for name, n in zip(names, index.tolist(), strict=True)} if fits else None


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

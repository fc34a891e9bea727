"""The files of Keras' own datasets: an ``.npz``, the ``.gz`` files of the MNIST family, CIFAR's archives.

Formats: http://yann.lecun.com/exdb/mnist/ (numbers, then bytes) and https://www.cs.toronto.edu/~kriz/cifar.html
(pickles in a ``.tar.gz``, read as ``core.datasets.sources.python2_pickle`` says).

Each public function takes the paths of a set's files in their order and raises ``DatasetFileError`` when one
of them is damaged.
"""

import gzip
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.sources.array_files import list_array_file
from core.datasets.sources.listing import Listing, clean_label
from core.datasets.sources.python2_pickle import RefusedPickleError, read_python2_pickle
from core.errors import DatasetFileError

IDX_IMAGES, IDX_LABELS = 2051, 2049  # first number in a file of the MNIST family
FASHION_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def read_mnist(paths: list[Path]) -> Listing:
    """List ``mnist.npz``."""
    return list_array_file(paths[0])


def read_fashion_mnist(paths: list[Path]) -> Listing:
    """List the four ``.gz`` files: training labels, training images, test labels, test images."""
    y_train, x_train, y_test, x_test = (_read_idx(path) for path in paths)
    return _listing([x_train, x_test], [y_train, y_test], FASHION_NAMES)


def _read_idx(path: Path) -> np.ndarray:
    """Return images ``(n, h, w)`` or labels ``(n,)`` of a ``.gz`` file of the MNIST family, uint8."""
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, error) from error
    kind = int.from_bytes(content[:4], "big")
    num_sides = {IDX_IMAGES: 3, IDX_LABELS: 1}.get(kind, 0)
    start = 4 + 4 * num_sides
    shape = [int.from_bytes(content[place : place + 4], "big") for place in range(4, start, 4)]
    values = np.frombuffer(content, np.uint8)[start:]
    if not num_sides or len(values) != np.prod(shape):
        raise _damaged(path, "its size does not fit its first bytes")
    return values.reshape(shape)


def read_cifar10(paths: list[Path]) -> Listing:
    """List ``cifar-10-python.tar.gz``, 32 x 32 RGB."""
    wanted = ["batches.meta", *(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    meta, *parts = _read_archive(paths[0], wanted)
    try:
        images, labels = [_images(part) for part in parts], [_labels(part, "labels") for part in parts]
        listing = _listing(images, labels, _names(meta["label_names"]))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(paths[0], error) from error
    return listing


def read_cifar100(paths: list[Path]) -> Listing:
    """List ``cifar-100-python.tar.gz`` by its fine labels; the coarse ones are the known groups."""
    meta, *parts = _read_archive(paths[0], ["meta", "train", "test"])
    try:
        fine, coarse = ([_labels(part, f"{kind}_labels") for part in parts] for kind in ("fine", "coarse"))
        names, families = _names(meta["fine_label_names"]), _names(meta["coarse_label_names"])
        listing = _listing([_images(part) for part in parts], fine, names)
        family_of = dict(zip(np.concatenate(fine).tolist(), np.concatenate(coarse).tolist(), strict=True))
        listing.known_groups = {names[label]: families[family] for label, family in sorted(family_of.items())}
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(paths[0], error) from error
    return listing


def _read_archive(path: Path, wanted: list[str]) -> list[dict[str, Any]]:
    """Return the pickles of these names in a ``.tar.gz``, read where they lie, nothing unpacked."""
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                file = archive.extractfile(member) if name in wanted and member.isfile() else None
                if file is not None:
                    found[name] = read_python2_pickle(file)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise _damaged(path, error) from error
    except RefusedPickleError as error:
        raise DatasetFileError(
            f"{name} in {path} is not what CIFAR consists of: {error}; delete the file and add the set again."
        ) from error
    missing = [name for name in wanted if name not in found]
    if missing:
        raise _damaged(path, f"{missing[0]} is not in it")
    return [found[name] for name in wanted]


def _images(part: dict[str, Any]) -> np.ndarray:
    """Rows of 3,072 bytes, one color plane after the other, as ``(n, 32, 32, 3)``."""
    return np.ascontiguousarray(part["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def _labels(part: dict[str, Any], key: str) -> np.ndarray:
    return np.array(part[key], dtype=np.int64)


def _names(names: list[bytes]) -> tuple[str, ...]:
    return tuple(clean_label(name.decode("utf-8", "replace")) for name in names)


def _listing(images: list[np.ndarray], labels: list[np.ndarray], names: tuple[str, ...]) -> Listing:
    """Return a listing of arrays of which the last is the test split."""
    sizes = [len(part) for part in images]
    if sizes != [len(part) for part in labels]:
        raise ValueError("it has not as many labels as images")
    if min(int(part.min()) for part in labels) < 0:
        raise ValueError("it has a negative label")
    count = sum(sizes)
    return Listing(
        description="",
        arrays=images,
        labels=[names[label] for part in labels for label in part.tolist()],
        splits=[*["train"] * (count - sizes[-1]), *["test"] * sizes[-1]],
        groups=[None] * count,
        reasons=[None] * count,
        class_names=names,
    )


def _damaged(path: Path, reason: object) -> DatasetFileError:
    return DatasetFileError(f"{path} is damaged ({reason}); delete it and add the set again.")

"""Images as arrays: an ``.npz`` file, or ``.npy`` files side by side, as Keras and MedMNIST have them.

Arrays are told by their names: ``x_train y_train [x_val y_val] [x_test y_test]``, ``train_images
train_labels`` and so on, ``images labels``, ``X y``, ``data target``; ``class_names`` holds names. Images are
grey ``(n, h, w)`` or ``(n, h, w, 1)``, RGB or RGBA; uint8, uint16, or real numbers 0-1 or 0-255. Nothing is
unpickled, since a pickle can run code.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import psutil

from core.datasets.sources.array_labels import NAME_KEYS, class_names_in, known_groups_in, label_names
from core.datasets.sources.array_values import check_shape, to_images
from core.datasets.sources.listing import Listing
from core.datasets.sources.splits import split_named
from core.errors import DatasetError
from core.words import some

IMAGE_WORDS = frozenset({"x", "image", "images", "img", "imgs", "data", "pixels", "faces"})
LABEL_WORDS = frozenset({"y", "label", "labels", "target", "targets"})
UNNAMED = {"arr_0": "images", "arr_1": "labels"}  # as numpy.savez(path, images, labels) names them
EXTRA_KEYS = frozenset({*NAME_KEYS, "coarse_names", "fine_to_coarse"})
EXPECTED = (
    "Expected are x_train, y_train and optionally x_val, y_val, x_test, y_test, class_names; or images and "
    "labels."
)
ALL = "all"  # stands for a split where the source has none

Pairs = dict[str, tuple[str, str]]


def list_array_file(path: Path, *, image_array: str | None = None, label_array: str | None = None) -> Listing:
    """Read the arrays of an ``.npz`` file, or of an ``.npy`` file and those beside it.

    Args:
        path: The file.
        image_array: Name of the array of images; None: told by its name.
        label_array: Name of the array of labels; given together with the one of images.

    Raises:
        DatasetError: The file is none of its kind, lacks arrays, holds pickled objects, or shapes, values or
            labels do not fit; the message names the array and what is expected.
    """
    source = ArrayFile(path)
    pairs = source.pairs(image_array, label_array)
    for x_key, _ in pairs.values():
        check_shape(source.shape(x_key), f"{x_key} in {path}")
    listing = list_labels(source, pairs)
    source.check_memory()
    images, notes = to_images({split: source.load(x_key) for split, (x_key, _) in pairs.items()}, str(path))
    listing.arrays = list(images.values())
    listing.notes += notes
    return listing


def list_labels(source: "ArrayFile", pairs: Pairs) -> Listing:
    """Return the listing of an array file without its images.

    Raises:
        DatasetError: Labels are missing or do not fit.
    """
    extras = {key: source.load(key) for key in sorted(EXTRA_KEYS.intersection(source.keys))}
    names = class_names_in(extras, str(source.path))
    listing = Listing(description=f"Images of the arrays in {source.path.name}.", class_names=names)
    for split, (x_key, y_key) in pairs.items():
        count = source.shape(x_key)[0]
        where = f"{x_key} and {y_key} in {source.path}"
        listing.labels += label_names(source.load(y_key), names, count, where)
        listing.splits += [split if len(pairs) > 1 else None] * count
    listing.groups = [None] * len(listing.labels)
    listing.reasons = [None] * len(listing.labels)
    listing.known_groups = known_groups_in(extras, names)
    return listing


class ArrayFile:
    """An ``.npz`` file, or the ``.npy`` files of a folder: which arrays there are, their shapes and values.

    Attributes:
        path: The file.
        keys: Names of the arrays.
    """

    def __init__(self, path: Path) -> None:
        """Look at the names.

        Raises:
            DatasetError: The file is none of its kind.
        """
        self.path = path
        self._files = _siblings(path) if path.suffix.lower() == ".npy" else {}
        with self._errors(""):
            self.keys = list(self._files) or _members(path)

    def pairs(self, image_array: str | None = None, label_array: str | None = None) -> Pairs:
        """Return split to the names of its images and labels; the only split is ``ALL`` where there are none.

        Raises:
            DatasetError: Images or labels are missing.
        """
        if image_array is not None and label_array is not None:
            self._require([image_array, label_array], self.keys)
            return {ALL: (image_array, label_array)}
        roles = self._roles()
        splits = [split for split in ("train", "val", "test") if any((role, split) in roles for role in "xy")]
        if not splits and any((role, ALL) in roles for role in "xy"):
            splits = [ALL]
        elif not splits:
            raise DatasetError(f"{self.path} has only arrays named {some(sorted(self.keys))}. {EXPECTED}")
        elif "train" not in splits:
            splits = ["train", *splits]
        pairs: Pairs = {}
        for split in splits:
            wanted = ["images", "labels"] if split == ALL else [f"x_{split}", f"y_{split}"]
            missing = [name for role, name in zip("xy", wanted, strict=True) if (role, split) not in roles]
            if missing:
                self._require(missing, sorted(roles.values()))
            pairs[split] = (roles["x", split], roles["y", split])
        return pairs

    def shape(self, key: str) -> tuple[int, ...]:
        """Shape of an array, read from its header alone."""
        with self._errors(key), self._open(key) as file:
            version = np.lib.format.read_magic(file)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape: tuple[int, ...] = read(file)[0]
            return shape

    def load(self, key: str) -> np.ndarray:
        """Return an array; that of an ``.npy`` file is memory-mapped."""
        with self._errors(key):
            if self._files:
                array = np.load(self._files[key], mmap_mode="r", allow_pickle=False)
            else:
                with np.load(self.path, allow_pickle=False) as file:
                    array = file[key]
        if not isinstance(array, np.ndarray):  # numpy hands out as bytes what does not begin like an array
            raise DatasetError(_no_array(key, self.path))
        return array

    def check_memory(self) -> None:
        """Refuse an ``.npz`` file that does not fit into memory once unpacked.

        Raises:
            DatasetError: It does not.
        """
        if self._files:
            return
        with zipfile.ZipFile(self.path) as archive:
            needed = sum(member.file_size for member in archive.infolist())
        free = psutil.virtual_memory().available
        if needed > free:
            raise DatasetError(
                f"{self.path} unpacks to {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB of memory are free; "
                f"save fewer images, or use a folder of class folders, which is read image by image."
            )

    def _roles(self) -> dict[tuple[str, str], str]:
        """Return (``x`` or ``y``, split) to the name of the array."""
        named = (
            {key: UNNAMED[key] for key in self.keys if key in UNNAMED}
            if set(self.keys) == set(UNNAMED)
            else {}
        )
        roles: dict[tuple[str, str], str] = {}
        for key in self.keys:
            role = _role(named.get(key, key))
            if role is None or key in EXTRA_KEYS:
                continue
            if role in roles:
                raise DatasetError(
                    f"{self.path} has two arrays for the same, {some([roles[role], key])}; remove one, or "
                    f"name the arrays of images and labels."
                )
            roles[role] = key
        return roles

    def _require(self, names: list[str], there: list[str]) -> None:
        missing = [name for name in names if name not in there]
        if missing:
            raise DatasetError(f"{self.path} has no array {some(missing)}, but {some(there)}. {EXPECTED}")

    @contextmanager
    def _open(self, key: str) -> Iterator[IO[bytes]]:
        if self._files:
            with self._files[key].open("rb") as file:
                yield file
        else:
            with zipfile.ZipFile(self.path) as archive, archive.open(f"{key}.npy") as member:
                yield member

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        what = f"{key} in {self.path}" if key else str(self.path)
        try:
            yield
        except (
            OSError,
            EOFError,
            MemoryError,
            KeyError,
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
        ) as error:
            raise DatasetError(f"{what} cannot be opened or is damaged ({error}); write it again.") from error
        except ValueError as error:
            if "pickle" in str(error):
                raise DatasetError(
                    f"{what} holds pickled Python objects, which could run code and are not opened; "
                    f"save it as a plain array of numbers or texts."
                ) from error
            if "magic" in str(error):
                raise DatasetError(_no_array(key, self.path)) from error
            raise DatasetError(f"{what} is damaged ({error}); copy or write it again.") from error


def _role(key: str) -> tuple[str, str] | None:
    """Return ``x`` or ``y`` and the split that a name tells; None where a part of it is unknown.

    >>> [_role(key) for key in ("x_train", "TEST_labels", "X", "train_boxes")]
    [('x', 'train'), ('y', 'test'), ('x', 'all'), None]
    """
    roles: list[str] = []
    splits: list[str] = []
    for word in filter(None, re.split(r"[\W_]+", key.casefold())):
        split = split_named(word)
        if split is not None:
            splits.append(split)
        elif word in IMAGE_WORDS or word in LABEL_WORDS:
            roles.append("x" if word in IMAGE_WORDS else "y")
        else:
            return None
    return (roles[0], splits[0] if splits else ALL) if len(roles) == 1 and len(splits) <= 1 else None


def _members(path: Path) -> list[str]:
    if not zipfile.is_zipfile(path):
        raise DatasetError(
            f"{path} is not an .npz file; write one with numpy.savez(path, x_train=..., y_train=...)."
        )
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]


def _siblings(path: Path) -> dict[str, Path]:
    """Return name to file of the ``.npy`` files in the same folder that belong to this one."""
    files = {file.stem: file for file in sorted(path.parent.glob("*.npy"))}
    known = {stem: file for stem, file in files.items() if _role(stem) is not None or stem in EXTRA_KEYS}
    if path.stem in known:
        return known
    endings = [f"{path.stem}_{word}" for word in ("labels", "label", "y", "targets")]
    labels = next(
        (files[stem] for stem in (*endings, "labels", "label", "y", "targets") if stem in files), None
    )
    if labels is None:
        raise DatasetError(
            f"{path} holds one array, and there is none of labels beside it; save it as {endings[0]}.npy."
        )
    return {"images": path, "labels": labels}


def _no_array(key: str, path: Path) -> str:
    return f"{key} in {path} is not a NumPy array; write the file with numpy.savez."

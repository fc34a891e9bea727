"""Keras' own image datasets by name: MNIST, Fashion-MNIST, CIFAR-10 and CIFAR-100.

Files, addresses and places are those of ``keras.datasets``, https://keras.io/api/datasets/, so that a file
downloaded by either serves both. They are read without Keras and without running what they hold.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.parallel import Progress, progress_of_part
from core.datasets.sources.keras_files import read_cifar10, read_cifar100, read_fashion_mnist, read_mnist
from core.datasets.sources.listing import Listing
from core.download import download, has_checksum
from core.errors import DatasetError, DownloadError, WorkspaceError
from core.workspace import full_path

PREFIX = "keras:"
BASE_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class RemoteFile:
    """One file of a set.

    Attributes:
        url: Where it is published.
        checksum: SHA-256 as Keras gives it, or MD5 as the authors do.
        kept_as: Path below Keras' folder of datasets under which Keras keeps it.
    """

    url: str
    checksum: str
    kept_as: str

    @property
    def name(self) -> str:
        """Its name where it is published, and when a browser has fetched it."""
        return self.url.rpartition("/")[2]

    @property
    def places(self) -> tuple[Path, Path]:
        """Where it may lie: as Keras names it, and as a browser does."""
        target = datasets_dir() / self.kept_as
        return target, target.with_name(self.name)


@dataclass(frozen=True)
class KerasSet:
    """One of the sets.

    Attributes:
        title: Its name for people.
        summary: What is in it, for the form.
        megabytes: To download, all files together.
        files: What it consists of.
        read: Makes a listing of the files' paths, in their order.
        has_families: Whether the classes belong to coarse classes, which can be taken instead.
    """

    title: str
    summary: str
    megabytes: int
    files: tuple[RemoteFile, ...]
    read: Callable[[list[Path]], Listing] = field(repr=False)
    has_families: bool = False


def list_keras_set(name: str, *, coarse: bool = False, progress: Progress | None = None) -> Listing:
    """List one of Keras' sets, its files taken from Keras' folder or downloaded into it.

    Args:
        name: One of ``KERAS_SETS``.
        coarse: For CIFAR-100: the 20 coarse labels are the classes, not the 100 fine ones.
        progress: Called with (done, total) bytes of a download; what it raises stops it.

    Raises:
        DatasetError: There is no such set, it has no coarse labels, or a file is neither at hand nor can it
            be downloaded; the message says where to put it.
    """
    if name not in KERAS_SETS:
        raise DatasetError(f"Keras has no image dataset {name!r}; choose one of {', '.join(KERAS_SETS)}.")
    chosen = KERAS_SETS[name]
    if coarse and not chosen.has_families:
        raise DatasetError(f"{chosen.title} has no coarse labels; only cifar100 has.")
    paths = [_find(file) or _fetch(file, progress) for file in chosen.files]
    listing = chosen.read(paths)
    listing.description = f"{chosen.title}: {chosen.summary}, from Keras' own datasets."
    return _with_families_as_classes(listing) if coarse else listing


def files_to_download(name: str) -> list[str]:
    """Return the names of a set's files that are not at hand; those at hand are not looked into."""
    return [file.name for file in KERAS_SETS[name].files if not any(path.is_file() for path in file.places)]


def datasets_dir() -> Path:
    """Folder in which Keras keeps its datasets: ``datasets`` below ``$KERAS_HOME`` or ``~/.keras``."""
    return full_path(os.environ.get("KERAS_HOME") or "~/.keras") / "datasets"


def _find(file: RemoteFile) -> Path | None:
    return next((path for path in file.places if has_checksum(path, file.checksum)), None)


def _fetch(file: RemoteFile, progress: Progress | None) -> Path:
    target = file.places[0]
    tell = progress_of_part(progress, f"Downloading {file.name}", unit="bytes")
    try:
        return download(file.url, target, checksum=file.checksum, progress=tell)
    except (DownloadError, WorkspaceError) as error:
        reason = error.reason if isinstance(error, DownloadError) else error
        raise DatasetError(
            f"{file.name} is not at hand and cannot be downloaded from {file.url} ({reason}); fetch it where "
            f"there is a network and put it into {target.parent}, or take the built-in digits or shapes, or "
            f"an .npz file of your own."
        ) from error


def _with_families_as_classes(listing: Listing) -> Listing:
    families = listing.known_groups or {}
    listing.labels = [families[label or ""] for label in listing.labels]
    listing.class_names = tuple(sorted(set(families.values())))
    listing.known_groups = None
    return listing


def _fashion_file(name: str, checksum: str) -> RemoteFile:
    return RemoteFile(f"{BASE_URL}{name}", checksum, f"fashion-mnist/{name}")


KERAS_SETS = {
    "mnist": KerasSet(
        "MNIST",
        "70,000 grey pictures of handwritten digits, 28 x 28 pixels, 10 classes",
        11,
        (
            RemoteFile(
                f"{BASE_URL}mnist.npz",
                "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                "mnist.npz",
            ),
        ),
        read_mnist,
    ),
    "fashion_mnist": KerasSet(
        "Fashion-MNIST",
        "70,000 grey pictures of clothes, 28 x 28 pixels, 10 classes",
        31,
        (
            _fashion_file("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            _fashion_file("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            _fashion_file("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
            _fashion_file("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ),
        read_fashion_mnist,
    ),
    "cifar10": KerasSet(
        "CIFAR-10",
        "60,000 color pictures of animals and vehicles, 32 x 32 pixels, 10 classes",
        170,
        (
            RemoteFile(
                f"{CIFAR_URL}cifar-10-python.tar.gz",
                "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                "cifar-10-batches-py-target_archive",
            ),
        ),
        read_cifar10,
    ),
    "cifar100": KerasSet(
        "CIFAR-100",
        "60,000 color pictures of things and beings, 32 x 32 pixels, 100 classes in 20 families",
        169,
        (
            RemoteFile(
                f"{CIFAR_URL}cifar-100-python.tar.gz",
                "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
                "cifar-100-python-target_archive",
            ),
        ),
        read_cifar100,
        has_families=True,
    ),
}

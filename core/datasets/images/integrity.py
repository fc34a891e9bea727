"""Check every file of a dataset once: can it be read, how large is it, what is its hash."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.images.decoding import UnreadableError, measure
from core.datasets.images.file_bytes import read_bytes
from core.datasets.parallel import Progress, map_images

SUPPORTED = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff",
    ".ppm", ".pgm", ".pbm", ".pnm",
})  # fmt: skip
UNSUPPORTED = frozenset({  # images all the same, so they are listed as left out rather than passed over
    ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".svg", ".psd", ".raw", ".cr2", ".cr3", ".nef",
    ".arw", ".dng", ".exr", ".hdr", ".tga", ".ico", ".eps", ".dcm",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is written down about one file when a dataset is added.

    Attributes:
        width: Pixels, upright; 0 when unreadable.
        height: Pixels, upright; 0 when unreadable.
        mode: Color mode as found in the file; empty when unreadable.
        sha1: Hash of the file's bytes; None when unreadable.
        reason: Why the file cannot be used, with the remedy; None when it can.
        has_more: Whether the file holds further pictures, which are not used, as an animation does.
    """

    width: int = 0
    height: int = 0
    mode: str = ""
    sha1: str | None = None
    reason: str | None = None
    has_more: bool = False


def is_image_name(name: str) -> bool:
    """Tell by the extension whether a file is meant to be an image, readable here or not.

    >>> [is_image_name(name) for name in ("a.JPG", "b.heic", "notes.txt", ".jpg")]
    [True, True, False, False]
    """
    stem, dot, suffix = name.rpartition(".")
    return bool(stem) and (dot + suffix.lower() in SUPPORTED or dot + suffix.lower() in UNSUPPORTED)


def inspect_files(root: Path, paths: Sequence[str], *, progress: Progress | None = None) -> list[FileFacts]:
    """Read and decode each file once, in two threads; what cannot be used has a reason instead of facts.

    Args:
        root: Folder that the paths are relative to.
        paths: Paths with forward slashes.
        progress: Called with (done, total); what it raises stops the work.
    """
    folder = f"{root}/"
    return list(map_images(lambda path: inspect_file(Path(folder + path)), paths, progress=progress))


def inspect_file(path: Path) -> FileFacts:
    """Return size, color mode and hash of one image file, or the reason why it cannot be used."""
    suffix = path.suffix.lower()
    if suffix in UNSUPPORTED:
        return FileFacts(reason=f"The format {suffix} is not supported; convert it to JPEG or PNG.")
    try:
        content = read_bytes(path)
        found = measure(content)
    except UnreadableError as error:
        return FileFacts(reason=str(error))
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return FileFacts(found.width, found.height, found.mode, sha1, has_more=found.has_more)


def inspect_arrays(arrays: Sequence[np.ndarray], *, progress: Progress | None = None) -> list[FileFacts]:
    """Return size, color mode and hash of every image of uint8 arrays, one array after the other.

    Args:
        arrays: Each of shape ``(n, height, width)`` or ``(n, height, width, 3)``.
        progress: Called with (done, total) from time to time; what it raises stops the work.
    """
    facts: list[FileFacts] = []
    total = sum(len(images) for images in arrays)
    for images in arrays:
        height, width = images.shape[1:3]
        mode = "L" if images.ndim == 3 else "RGB"
        for image in images:
            sha1 = hashlib.sha1(image.tobytes(), usedforsecurity=False).hexdigest()
            facts.append(FileFacts(width=width, height=height, mode=mode, sha1=sha1))
            if progress is not None and len(facts) % 1000 == 0:
                progress(len(facts), total)
    return facts

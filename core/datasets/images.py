"""Image files to pixels: every format as 8 bit RGB, upright, and a reason for each that cannot be read.

OpenCV decodes ordinary grey and RGB JPEG and PNG, which is most files and the fastest; Pillow decodes what
OpenCV does not render faithfully: EXIF rotation, CMYK, palettes, transparency, 16 bit, GIF, WebP, TIFF, BMP.
"""

import hashlib
import io
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.headers import Header, read_header
from core.errors import DatasetError, DatasetFileError

SUPPORTED = frozenset(
    ".jpg .jpeg .jpe .jfif .png .bmp .dib .gif .webp .tif .tiff .ppm .pgm .pbm .pnm".split()
)
UNSUPPORTED = frozenset(  # images all the same, so they are listed as left out rather than passed over
    ".heic .heif .avif .jp2 .j2k .jxl .svg .psd .raw .cr2 .cr3 .nef .arw .dng .exr .hdr .tga .ico .eps .dcm"
    .split()
)
MAX_PIXELS = 180_000_000  # more is taken for a decompression bomb; 540 MB once decoded
MAX_FILE_BYTES = 1 << 30


@dataclass(frozen=True)
class DecodedImage:
    """One image, decoded.

    Attributes:
        pixels: RGB, shape ``(height, width, 3)``, uint8, upright.
        mode: Color mode as found in the file.
    """

    pixels: np.ndarray
    mode: str


@dataclass(frozen=True)
class ImageFacts:
    """What is written down about one file when a dataset is added.

    Attributes:
        width: Pixels, upright; 0 when unreadable.
        height: Pixels, upright; 0 when unreadable.
        mode: Color mode as found in the file; empty when unreadable.
        sha1: Hash of the file's bytes; None when unreadable.
        reason: Why the file cannot be used, one sentence; None when it can.
    """

    width: int = 0
    height: int = 0
    mode: str = ""
    sha1: str | None = None
    reason: str | None = None


class _UnreadableError(Exception):
    """The reason why bytes are not a usable image, one sentence."""


def read_image(dataset: Dataset, sample_id: int) -> np.ndarray:
    """Return one image of a dataset, RGB, upright, shape ``(height, width, 3)``, uint8.

    Raises:
        DatasetError: The dataset has no such sample.
        DatasetFileError: The file is gone or can no longer be read.
    """
    if not 0 <= sample_id < len(dataset.table):
        raise DatasetError(
            f"Dataset {dataset.name!r} has no image {sample_id}; "
            f"its images are numbered 0 to {len(dataset.table) - 1}."
        )
    if dataset.array_path is not None:
        return to_rgb(open_array(dataset)[int(dataset.table["position"].iat[sample_id])])
    return decode_file(image_path(dataset, sample_id)).pixels


def image_path(dataset: Dataset, sample_id: int) -> Path:
    """Return where the file of a sample lies.

    Raises:
        DatasetFileError: The sample has no file, since none was found for it.
    """
    path = dataset.table["path"].iat[sample_id]
    if dataset.root is None or not isinstance(path, str):
        raise DatasetFileError(f"Image {sample_id} of dataset {dataset.name!r} has no file; choose another image.")
    return dataset.root / path


def open_array(dataset: Dataset) -> np.ndarray:
    """Return the images of an array dataset, memory-mapped, uint8, ``(n, h, w)`` or ``(n, h, w, 3)``.

    Raises:
        DatasetFileError: The array is gone or damaged.
    """
    if dataset.array_path is None:
        raise ValueError(f"Dataset {dataset.name!r} keeps its images in files, not in an array.")
    try:
        array: np.ndarray = np.load(dataset.array_path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetFileError(
            f"{dataset.array_path} cannot be read ({error}); delete the dataset and add it again."
        ) from error
    return array


def to_rgb(image: np.ndarray) -> np.ndarray:
    """Return a grey ``(h, w)`` or color ``(h, w, 3)`` uint8 image as ``(h, w, 3)``, in memory of its own."""
    image = np.asarray(image)
    return np.repeat(image[..., None], 3, axis=-1) if image.ndim == 2 else image.copy()


def decode_file(path: Path) -> DecodedImage:
    """Return the pixels of an image file.

    Raises:
        DatasetFileError: The file is missing, is not an image, is cut short or too large.
    """
    try:
        return decode_bytes(read_file(path))
    except _UnreadableError as error:
        raise DatasetFileError(f"{path} cannot be used as an image. {error}") from error


def decode_bytes(content: bytes, *, name: str = "The image") -> DecodedImage:
    """Return the pixels of an image file's content, such as an upload.

    Args:
        content: The bytes of the file.
        name: What the file is called in the message.

    Raises:
        DatasetFileError: The content is not an image, is cut short or too large.
    """
    try:
        header = _checked_header(content)
        if header is not None and header.plain and header.complete and header.orientation == 1:
            return DecodedImage(_decode_with_opencv(content, reduced=False), header.mode)
        return _decode_with_pillow(content)
    except _UnreadableError as error:
        raise DatasetFileError(f"{name} cannot be used as an image. {error}") from error


def inspect_file(path: Path) -> ImageFacts:
    """Return size, mode and hash of an image file, or the reason why it cannot be used; decodes it once."""
    if path.suffix.lower() in UNSUPPORTED:
        return ImageFacts(reason=f"The format {path.suffix.lower()} is not supported; convert it to JPEG or PNG.")
    try:
        content = read_file(path)
        header = _checked_header(content)
        if header is not None and header.plain and header.complete:
            # An eighth of the size still reads every byte of a JPEG, and is four times as fast.
            _decode_with_opencv(content, reduced=header.kind == "jpeg")
            turned = header.orientation >= 5
            size = (header.height, header.width) if turned else (header.width, header.height)
            mode = header.mode
        else:
            image = _decode_with_pillow(content)
            size, mode = (image.pixels.shape[1], image.pixels.shape[0]), image.mode
    except _UnreadableError as error:
        return ImageFacts(reason=str(error))
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return ImageFacts(width=size[0], height=size[1], mode=mode, sha1=sha1)


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file of sensible size; an ``_UnreadableError`` tells what is wrong."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise _UnreadableError("It is not a regular file; replace it by a copy of the image.")
        if facts.st_size > MAX_FILE_BYTES:
            raise _UnreadableError(f"The file has {facts.st_size / 1e9:.1f} GB; the most is 1 GB.")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise _UnreadableError(f"The file cannot be opened ({reason}); check that it is there.") from error
    if not content:
        raise _UnreadableError("The file is empty; copy it again.")
    return content


def _checked_header(content: bytes) -> Header | None:
    header = read_header(content)
    if header is not None:
        _check_size(header.width, header.height)
    return header


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _UnreadableError(
            f"The image has {width} x {height} pixels; the most is {MAX_PIXELS // 10**6} million. Make it smaller."
        )


def _decode_with_opencv(content: bytes, *, reduced: bool) -> np.ndarray:
    import cv2  # noqa: PLC0415

    flags = cv2.IMREAD_REDUCED_GRAYSCALE_8 if reduced else cv2.IMREAD_COLOR_RGB
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error as error:
        raise _UnreadableError(f"The image is damaged ({error.err}); copy the file again.") from error
    if pixels is None:
        raise _UnreadableError("The image is damaged; copy the file again.")
    return np.asarray(pixels)


def _decode_with_pillow(content: bytes) -> DecodedImage:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content)) as image:
            _check_size(image.width, image.height)
            mode = image.mode
            image.load()
            return DecodedImage(_render(ImageOps.exif_transpose(image)), mode)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _UnreadableError(f"The image is too large ({error}). Make it smaller.") from error
    except UnidentifiedImageError as error:
        what = "cut short or damaged" if read_header(content) or _looks_like_image(content) else "not an image"
        raise _UnreadableError(f"The file is {what}; replace it by the right one.") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct_error()) as error:
        raise _UnreadableError(f"The image is cut short or damaged ({error}); copy the file again.") from error

"""The bytes of an image file to pixels: every format as 8 bit RGB, upright, on white.

OpenCV decodes ordinary grey and RGB JPEG and PNG, which is most files and the fastest; Pillow decodes what
OpenCV does not render faithfully: EXIF rotation, CMYK, palettes, transparency, 16 bit, GIF, WebP, TIFF, BMP.
"""

import functools
import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.datasets.images.file_kinds import describe_kind
from core.datasets.images.headers import UPRIGHT, Header, read_header

# Nothing else is tried: Pillow would hand a PostScript file of any name to Ghostscript, which runs it.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM")
NO_IMAGE = "The file is not an image, or its beginning is damaged; replace it by the right file."
MAX_PIXELS = 180_000_000  # more is taken for a decompression bomb; 540 MB once decoded

# What Pillow's decoders raise on damaged bytes; which one depends on the format and on the damage.
_DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, AttributeError,
    RuntimeError, MemoryError, struct.error, zlib.error, Warning,
)  # fmt: skip


@dataclass(frozen=True)
class DecodedImage:
    """One image, decoded.

    Attributes:
        pixels: RGB, shape ``(height, width, 3)``, uint8, upright.
        mode: Color mode as found in the file, in Pillow's words: L, RGB, RGBA, P, CMYK, I;16 ...
        has_more: Whether the file holds further pictures, as an animation does; this is the first.
    """

    pixels: np.ndarray
    mode: str
    has_more: bool = False


class Measure(NamedTuple):
    """What is noted of an image that can be read.

    Attributes:
        width: Pixels, upright.
        height: Pixels, upright.
        mode: Color mode as found in the file.
        has_more: Whether the file holds further pictures, as an animation does.
    """

    width: int
    height: int
    mode: str
    has_more: bool


class UnreadableError(Exception):
    """Bytes are not a usable image; the message is the reason and the remedy, without the file's name."""


@functools.cache
def opencv() -> Any:
    """Return the module ``cv2``, imported on first use, silent and single-threaded."""
    import cv2  # noqa: PLC0415

    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2


def decode(content: bytes) -> DecodedImage:
    """Return the pixels of an image file's content.

    Raises:
        UnreadableError: It is not an image, is cut short, damaged or too large.
    """
    header = _checked_header(content)
    if header is not None and header.plain and header.complete:
        return DecodedImage(_decode_plain(content, "IMREAD_COLOR_RGB", header.orientation), header.mode)
    return _decode_any(content)


def decode_reduced(content: bytes, min_size: int) -> np.ndarray:
    """Return an image for a thumbnail, RGB, uint8: smaller and faster where the format allows it.

    Args:
        content: The bytes of the file.
        min_size: Pixels; the longer side is at least this long, unless the image is smaller.

    Raises:
        UnreadableError: It is not an image, is cut short, damaged or too large.
    """
    header = _checked_header(content)
    if header is None or header.kind != "jpeg" or not header.plain:
        return decode(content).pixels
    shrink = max((n for n in (2, 4, 8) if max(header.width, header.height) >= n * min_size), default=0)
    if not shrink or not header.complete:
        return decode(content).pixels
    pixels = _decode_plain(content, f"IMREAD_REDUCED_COLOR_{shrink}", header.orientation)
    return np.ascontiguousarray(pixels[..., ::-1])


def measure(content: bytes) -> Measure:
    """Return size and color mode of an image, after decoding all of it once.

    Raises:
        UnreadableError: It is not an image, is cut short, damaged or too large.
    """
    header = _checked_header(content)
    if header is None or not header.plain or not header.complete:
        image = _decode_any(content)
        return Measure(image.pixels.shape[1], image.pixels.shape[0], image.mode, image.has_more)
    # An eighth of the size still reads every byte of a JPEG, in a fraction of the time.
    _decode_plain(content, "IMREAD_REDUCED_GRAYSCALE_8" if header.kind == "jpeg" else "IMREAD_COLOR_RGB")
    width, height = (header.width, header.height)[:: -1 if header.orientation >= 5 else 1]
    return Measure(width, height, header.mode, has_more=False)


def _checked_header(content: bytes) -> Header | None:
    if not content:
        raise UnreadableError("The file is empty; copy it again.")
    header = read_header(content)
    if header is not None:
        _check_size(header.width, header.height)
    return header


def _check_size(width: int, height: int) -> None:
    if width <= 0 or height <= 0:  # OpenCV would print what it thinks of that
        raise UnreadableError(
            f"The image has {width} x {height} pixels, so it is damaged; copy the file again."
        )
    if width * height > MAX_PIXELS:
        raise UnreadableError(
            f"The image has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} million; "
            f"make it smaller."
        )


def _decode_plain(content: bytes, flag: str, orientation: int = UPRIGHT) -> np.ndarray:
    cv2 = opencv()
    try:
        flags = getattr(cv2, flag) | cv2.IMREAD_IGNORE_ORIENTATION  # turned below, by the header's word
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise UnreadableError("The image is damaged; copy the file again.")
    return _turn_upright(np.asarray(pixels), orientation)


def _turn_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Undo an EXIF orientation, 1 to 8: from 5 on rows and columns are swapped, then sides mirrored."""
    if orientation == UPRIGHT:
        return pixels
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    rows = -1 if orientation in {3, 4, 7, 8} else 1
    columns = -1 if orientation in {2, 3, 6, 7} else 1
    return np.ascontiguousarray(pixels[::rows, ::columns])


def _decode_any(content: bytes) -> DecodedImage:
    from PIL import ImageOps, UnidentifiedImageError  # noqa: PLC0415

    Image = _pillow()
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_size(image.width, image.height)
            mode = image.mode
            image.load()
            pixels = _render(ImageOps.exif_transpose(image))
            return DecodedImage(pixels, mode, has_more=_has_more(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableError(f"The image is too large ({error}); make it smaller.") from error
    except UnidentifiedImageError as error:
        raise UnreadableError(describe_kind(content) or NO_IMAGE) from error
    except _DAMAGE as error:
        raise UnreadableError(f"The image is cut short or damaged ({error}); copy the file again.") from error


@functools.cache
def _pillow() -> Any:
    """Return the module ``PIL.Image``, imported on first use; its warnings are not printed."""
    from PIL import Image  # noqa: PLC0415

    warnings.filterwarnings("ignore", module=r"PIL\.")
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    return Image


def _has_more(image: Any) -> bool:
    """Whether pictures follow; in a JPEG they are other sizes of the same one, as phones store them."""
    try:
        return image.format in {"GIF", "PNG", "WEBP", "TIFF"} and bool(image.is_animated)
    except _DAMAGE:  # of the second picture, which nobody asks for
        return True


def _render(image: Any) -> np.ndarray:
    """Return a Pillow image as RGB uint8: transparency on white, deeper values scaled to 8 bit."""
    from PIL import Image  # noqa: PLC0415

    if image.mode == "F" or image.mode.startswith("I"):
        grey = _to_eight_bits(np.asarray(image))
        return np.repeat(grey[..., None], 3, axis=-1)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def _to_eight_bits(values: np.ndarray) -> np.ndarray:
    """Scale 16 bit integers by their full range, real numbers by 1 or 255, anything else by its own range."""
    if values.dtype.itemsize == 2:
        return (values.astype(np.uint32) * 255 // 65535).astype(np.uint8)
    values = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 255:
        real = values.dtype.kind == "f" and high <= 1
        return np.rint(values * (255 if real else 1)).astype(np.uint8)
    if low >= 0 and high <= 65535:
        return np.rint(values / 257).astype(np.uint8)
    return np.rint((values - low) * (255 / (high - low))).astype(np.uint8)

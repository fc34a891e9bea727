"""Mask pictures from a folder: what hides in them, read once and kept as bits.

A picture with transparency hides where it is opaque, as if laid over the image; any other hides where it is
white.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.images.decoding import UnreadableError, decode, opencv
from core.datasets.images.file_bytes import read_bytes
from core.datasets.parallel import Progress, map_images
from core.datasets.preparing.masks import MASK_SIZE, pack_mask, unpack_mask
from core.datasets.sources.folder import scan_folder
from core.errors import DatasetError

HALF = 128  # of 255: from here on a cell hides
NOTHING = "It hides nothing; draw the hidden part in white, or turn the masks around."
EVERYTHING = "It hides everything; leave a part of it black or transparent, or turn the masks around."


@dataclass(frozen=True)
class MaskPictures:
    """The usable mask pictures of a folder.

    Attributes:
        bits: Uint8, shape ``(num_masks, 8192)``, see ``core.datasets.preparing.masks``.
        shares: Share of the area that each hides, float64, shape ``(num_masks,)``.
        left_out: Name of each picture that cannot be used, to the reason.
    """

    bits: np.ndarray
    shares: np.ndarray
    left_out: dict[str, str]


def read_mask_pictures(
    folder: Path, *, invert: bool = False, limit: int | None = None, progress: Progress | None = None
) -> MaskPictures:
    """Read every picture of a folder and its subfolders as a mask.

    Args:
        folder: Where they are; it is not needed afterward.
        invert: Whether to hide what would be left and leave what would be hidden.
        limit: Read only so many, for a preview; None: all.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: The folder cannot be read, or holds no usable picture.
    """
    content = scan_folder(folder)
    names = content.images[:limit]
    masks = map_images(lambda path: _read_mask(folder / path, invert), names, progress=progress)
    read = dict(zip(names, masks, strict=True))
    bits = [mask for mask in read.values() if not isinstance(mask, str)]
    left_out = content.left_out | {path: mask for path, mask in read.items() if isinstance(mask, str)}
    if not bits:
        first = next((f" The first, {path}: {reason}" for path, reason in left_out.items()), "")
        raise DatasetError(
            f"{folder} holds no picture that can be a mask; choose a folder of pictures that are white, or "
            f"opaque, where something is to be hidden.{first}"
        )
    stacked = np.stack(bits)
    shares = np.array([unpack_mask(each).mean() for each in stacked])
    return MaskPictures(stacked, shares, left_out)


def _read_mask(path: Path, invert: bool) -> np.ndarray | str:
    """Return the bits of one picture, or the reason why it cannot be a mask."""
    try:
        content = read_bytes(path)
        grey = decode(content).pixels.mean(axis=2)
    except UnreadableError as error:
        return str(error)
    alpha = _alpha_of(content)
    cover = grey if alpha is None else alpha
    cv2 = opencv()
    shrinks = min(cover.shape) >= MASK_SIZE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(cover.astype(np.float32), (MASK_SIZE, MASK_SIZE), interpolation=method)
    mask = (resized >= HALF) != invert
    if not mask.any():
        return NOTHING
    return EVERYTHING if mask.all() else pack_mask(mask)


def _alpha_of(content: bytes) -> np.ndarray | None:
    """Return how opaque a decodable picture is, 0-255, ``(height, width)``; None: all of it is."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(io.BytesIO(content)) as image:
        if not image.has_transparency_data:
            return None
        alpha = np.asarray(ImageOps.exif_transpose(image.convert("RGBA")).getchannel("A"))
    return None if alpha.min() == 255 else alpha

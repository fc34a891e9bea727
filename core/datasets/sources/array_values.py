"""Arrays of numbers to images: grey or RGB, 8 bit, transparency on white."""

from collections.abc import Mapping

import numpy as np

from core.errors import DatasetError

CHUNK = 1024  # images converted at a time
SIXTEEN_BITS = 65535
ROUNDING = 1e-3  # by how much real numbers 0-1 may miss their range


def check_shape(shape: tuple[int, ...], where: str) -> None:
    """Refuse an array that holds no images.

    Args:
        shape: Of the array.
        where: Name of the array and file, for the message.

    Raises:
        DatasetError: It is none of ``(n, height, width)`` and ``(n, height, width, 1, 3 or 4)``.
    """
    color = len(shape) == 4 and shape[-1] in {1, 3, 4}
    if not (len(shape) == 3 or color) or 0 in shape[1:]:
        hint = " Move the channels to the end." if len(shape) == 4 and shape[1] in {1, 3, 4} else ""
        raise DatasetError(
            f"{where}: images of shape {shape} do not fit; expected is (n, height, width) for grey, "
            f"(n, height, width, 3) for RGB or (n, height, width, 4) for RGBA.{hint}"
        )


def to_images(parts: Mapping[str, np.ndarray], where: str) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the images of each split as uint8, values of all splits scaled alike, and what was done.

    Args:
        parts: Split to array, shapes as ``check_shape`` allows them, of any type of number.
        where: Name of the file, for messages.

    Returns:
        Split to array of shape ``(n, height, width)`` or ``(n, height, width, 3)``; and notes.

    Raises:
        DatasetError: The splits differ in image shape, or the values are in no known range.
    """
    flat = {split: images[..., 0] if images.shape[3:] == (1,) else images for split, images in parts.items()}
    shapes = {images.shape[1:] for images in flat.values()}
    if len(shapes) > 1:
        raise DatasetError(f"The splits in {where} differ in image shape, {sorted(shapes)}; make them equal.")
    factor, notes = _factor(flat, where)
    if any(images.shape[3:] == (4,) for images in flat.values()):
        notes.append("Transparent parts are shown on white.")
    return {split: _to_uint8(images, factor) for split, images in flat.items()}, notes


def _factor(parts: Mapping[str, np.ndarray], where: str) -> tuple[float, list[str]]:
    """Return by what to multiply the values of all splits to reach 0-255."""
    for images in parts.values():
        if images.dtype.kind not in "buif":
            raise DatasetError(f"The images in {where} are {images.dtype}, not numbers; save them as uint8.")
    ranges = [_range(images) for images in parts.values() if len(images)]
    low, high = (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else (0.0, 0.0)
    deep = all(images.dtype == np.uint16 for images in parts.values())
    real = all(images.dtype.kind == "f" for images in parts.values())
    if not 0 <= low <= high <= (SIXTEEN_BITS if deep else 255):  # false for not-a-number, too
        if real and low >= -ROUNDING and high <= 1 + ROUNDING:
            return 255.0, []
        raise DatasetError(
            f"The images in {where} have values from {low:g} to {high:g}; scale them to 0-255, or to 0-1."
        )
    if high <= 1 or (real and high <= 1 + ROUNDING):
        return 255.0, []
    if high > 255:
        return 255 / SIXTEEN_BITS, ["Values of 16 bits, 0-65535, were scaled to 0-255."]
    return 1.0, []


def _range(images: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value, read in pieces; not-a-number comes out as such."""
    pieces = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
    return (
        float(np.min([np.min(piece) for piece in pieces])),
        float(np.max([np.max(piece) for piece in pieces])),
    )


def _to_uint8(images: np.ndarray, factor: float) -> np.ndarray:
    has_alpha = images.shape[3:] == (4,)
    if images.dtype == np.uint8 and factor == 1 and not has_alpha:
        return images
    converted = np.empty((*images.shape[:3], 3) if has_alpha else images.shape, np.uint8)
    for start in range(0, len(images), CHUNK):
        values = images[start : start + CHUNK].astype(np.float32) * np.float32(factor)
        if has_alpha:
            alpha = values[..., 3:] / 255
            values = values[..., :3] * alpha + 255 * (1 - alpha)
        converted[start : start + CHUNK] = np.rint(np.clip(values, 0, 255))
    return converted

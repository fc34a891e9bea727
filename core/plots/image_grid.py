"""Filters and feature maps as small pictures: arrays in, PNG out, one bytes object a tile."""

import numpy as np

CONSTANT_COLOR = 0.0  # what a map without any variation is drawn as, on the scale 0-1
GAP, WHITE = 2, 255  # pixels between the images of a sheet, and their color


def draw_maps(maps: np.ndarray) -> list[bytes]:
    """Draw feature maps in viridis, each from its own smallest to its own largest value.

    Args:
        maps: Shape ``(num_maps, height, width)``, float32.

    Returns:
        One PNG a map, one pixel a value.
    """
    return [encode_png(apply_colors(_stretch(one), "viridis")) for one in maps]


def draw_filters(weights: np.ndarray) -> list[list[bytes]]:
    """Draw filters in grey, black for 0 and white for 1.

    Args:
        weights: Values 0-1, shape ``(num_filters, num_channels, kernel_height, kernel_width)``, float32.

    Returns:
        For each filter one PNG an input channel, one pixel a weight.
    """
    grey = np.round(weights * 255).astype(np.uint8)
    return [[encode_png(kernel) for kernel in one] for one in grey]


def draw_matrix(weights: np.ndarray) -> bytes:
    """Draw the filters of a 1 x 1 convolution as one grey picture: a row a filter, a column a channel.

    Args:
        weights: Values 0-1, shape ``(num_filters, num_channels, 1, 1)``, float32.
    """
    return encode_png(np.round(weights[:, :, 0, 0] * 255).astype(np.uint8))


def draw_sheet(images: np.ndarray, num_columns: int) -> bytes:
    """Draw images row by row on one PNG, with a white line between them.

    Args:
        images: RGB, uint8, shape ``(num_images, height, width, 3)``.
        num_columns: Images in a row.
    """
    num_images, height, width = images.shape[:3]
    num_rows = -(-num_images // num_columns)
    columns = min(num_columns, num_images)
    sheet = np.full((num_rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), WHITE, np.uint8)
    for index, image in enumerate(images):
        top, left = (index // num_columns) * (height + GAP), (index % num_columns) * (width + GAP)
        sheet[top : top + height, left : left + width] = image
    return encode_png(sheet)


def apply_colors(values: np.ndarray, name: str) -> np.ndarray:
    """Return values as colors of a scale that color-blind people can read.

    Args:
        values: 0-1, shape ``(height, width)``.
        name: ``"viridis"`` or ``"inferno"``.

    Returns:
        RGB, shape ``(height, width, 3)``, uint8.
    """
    import cv2  # noqa: PLC0415 - slow to import, and most pages draw no pictures

    scale = {"viridis": cv2.COLORMAP_VIRIDIS, "inferno": cv2.COLORMAP_INFERNO}[name]
    levels = np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.applyColorMap(levels, scale)[:, :, ::-1])


def encode_png(image: np.ndarray) -> bytes:
    """Return a grey ``(height, width)`` or RGB ``(height, width, 3)`` uint8 image as PNG."""
    import cv2  # noqa: PLC0415

    ordered = image if image.ndim == 2 else image[:, :, ::-1]  # OpenCV writes blue first
    _, content = cv2.imencode(".png", ordered)
    return content.tobytes()


def _stretch(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.full_like(values, CONSTANT_COLOR)

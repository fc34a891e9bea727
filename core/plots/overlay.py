"""A heat map laid over the image it explains."""

import numpy as np

from core.plots.image_grid import apply_colors


def overlay_heatmap(
    image: np.ndarray, heatmap: np.ndarray, *, strength: float = 0.6, side: int = 480
) -> np.ndarray:
    """Return an image with a heat map over it; where the heat is 0 the image is left as it is.

    Args:
        image: RGB, shape ``(height, width, 3)``, uint8, of any size.
        heatmap: 0-1 over the whole image, of any resolution, shape ``(map_height, map_width)``.
        strength: 0 (only the image) to 1 (only the color where the heat is 1).
        side: Pixels of the longer side of the result.

    Returns:
        RGB, shape ``(result_height, result_width, 3)``, uint8.
    """
    picture = fit(image, side)
    heat = upsample(heatmap, picture.shape[:2])
    opacity = (strength * heat)[:, :, None]
    mixed = (1 - opacity) * picture + opacity * apply_colors(heat, "inferno")
    return np.round(mixed).astype(np.uint8)


def upsample(heatmap: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return a heat map smoothly enlarged (bicubic) to ``shape``, still within 0-1, float32.

    The centers of the cells stay where they are in the image: a map of 3 x 3 has its first center at a sixth.
    """
    import cv2  # noqa: PLC0415

    height, width = shape
    enlarged = cv2.resize(heatmap.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(enlarged, 0, 1)


def fit(image: np.ndarray, side: int) -> np.ndarray:
    """Return an image whose longer side is ``side`` pixels; a small one keeps its pixels visible."""
    import cv2  # noqa: PLC0415

    height, width = image.shape[:2]
    factor = side / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(image, size, interpolation=method))

"""Shapes: 2,987 generated color pictures of 64 x 64 pixels, 12 classes in 4 families that look alike.

Made for this project, so that regrouping can be judged: the true families are known. Within a family the
classes run into each other (a circle and an ellipse that is almost round), between families they do not.
The class sizes have a long tail, 20:1. Noise, clutter and low contrast keep small networks from perfection.
"""

from collections.abc import Callable

import numpy as np

from core.datasets.images.decoding import opencv
from core.datasets.sources.listing import Listing

IMAGE_SIZE = 64  # pixels
LARGEST, IMBALANCE = 740, 20  # images of the largest class; largest over smallest
SEED = 20240
NOISE = 18.0  # standard deviation, in the values 0-255
NOISE_SHEET = 1 << 21  # values from which each picture's noise is cut; drawing them anew costs a second
SHIFT = 4  # OpenCV draws at fractions of 1 / 16 pixel
CORNERS = 40  # points on a curved outline

FAMILIES = {
    "round": ("circle", "ellipse", "rounded square"),
    "boxy": ("square", "rectangle", "trapezoid"),
    "starry": ("star of 4", "star of 5", "star of 6"),
    "crossed": ("plus", "dagger", "tee"),
}
# From the most frequent class to the rarest: each family has frequent and rare ones.
BY_FREQUENCY = (
    "circle", "square", "star of 5", "plus", "dagger", "ellipse", "rectangle", "star of 6",
    "rounded square", "tee", "star of 4", "trapezoid",
)  # fmt: skip

Random = np.random.Generator


def list_shapes() -> Listing:
    """Draw the pictures, the same ones every time."""
    rng = np.random.default_rng(SEED)
    names = np.repeat(BY_FREQUENCY, class_sizes())
    names = names[rng.permutation(len(names))]
    return Listing(
        description=f"Generated shapes, {len(names):,} color pictures of 64 x 64 pixels, 12 classes in "
        f"4 families that look alike; the largest class has {IMBALANCE} times as many as the smallest.",
        arrays=[draw_shapes(names.tolist(), rng)],
        labels=names.tolist(),
        splits=[None] * len(names),
        groups=[None] * len(names),
        reasons=[None] * len(names),
        class_names=tuple(name for members in FAMILIES.values() for name in members),
        known_groups={name: family for family, members in FAMILIES.items() for name in members},
    )


def class_sizes() -> np.ndarray:
    """Number of images of each class, most frequent first, falling by an equal factor, shape ``(12,)``."""
    exponents = np.linspace(0, 1, len(BY_FREQUENCY))
    return np.rint(LARGEST / IMBALANCE**exponents).astype(np.int64)


def draw_shapes(names: list[str], rng: Random) -> np.ndarray:
    """Return one picture a name, shape ``(num_images, 64, 64, 3)``, uint8."""
    images = np.empty((len(names), IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
    sheet = rng.standard_normal(NOISE_SHEET, dtype=np.float32) * np.float32(NOISE)
    axis = np.linspace(-1, 1, IMAGE_SIZE, dtype=np.float32)
    for image, name in zip(images, names, strict=True):
        background, ink, dirt = _colors(rng)
        slope = rng.uniform(-25, 25, 2).astype(np.float32)
        start = rng.integers(NOISE_SHEET - image.size)
        picture = sheet[start : start + image.size].reshape(image.shape) + background
        picture += (slope[0] * axis[None, :] + slope[1] * axis[:, None])[..., None]
        picture += _cover(_clutter(rng)) * (dirt - background)
        picture += _cover(_place(OUTLINES[name](rng), rng)) * (ink - background)
        np.clip(picture, 0, 255, out=picture)
        image[...] = picture
    return images


def _colors(rng: Random) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the colors of background, shape and clutter, each ``(3,)``; the shape is the lightest."""
    background = rng.uniform(30, 130, 3)
    contrast = rng.uniform(60, 100)
    ink = background + contrast + rng.uniform(-35, 35, 3)
    dirt = background - 0.6 * contrast
    return background.astype(np.float32), ink.astype(np.float32), dirt.astype(np.float32)


def _clutter(rng: Random) -> list[np.ndarray]:
    """Return three specks anywhere in the picture."""
    middles, radii = rng.uniform(0, IMAGE_SIZE, (3, 1, 2)), rng.uniform(2, 4, (3, 1, 1))
    return list(_polygon(3, 1) * radii + middles)


def _place(outlines: list[np.ndarray], rng: Random) -> list[np.ndarray]:
    """Return outlines drawn within the unit circle turned, enlarged and moved into the picture, in pixels."""
    angle, radius = rng.uniform(-0.6, 0.6), rng.uniform(16, 25)
    middle = IMAGE_SIZE / 2 + rng.uniform(-5, 5, 2)
    return [_turn(outline, angle) * radius + middle for outline in outlines]


def _cover(outlines: list[np.ndarray]) -> np.ndarray:
    """Return how much of each pixel the outlines cover, shape ``(64, 64, 1)``, float32, 0-1."""
    cv2 = opencv()
    mask = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for outline in outlines:
        points = np.rint(outline * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [points], 255, lineType=cv2.LINE_AA, shift=SHIFT)
    return (mask * np.float32(1 / 255))[..., None]


def _turn(outline: np.ndarray, angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return outline @ np.array([[cos, sin], [-sin, cos]])


def _polygon(corners: int, inner: float) -> np.ndarray:
    """Return a star, or with ``inner`` 1 and twice the corners a regular polygon, within the unit circle."""
    angles = np.arange(2 * corners) * (np.pi / corners)
    radii = np.where(np.arange(2 * corners) % 2, inner, 1.0)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii[:, None]


def _rounded(rng: Random, ratio: tuple[float, float], power: tuple[float, float]) -> list[np.ndarray]:
    """Return a superellipse |x|^p + |y / ratio|^p = 1: p = 2 is an ellipse, a large p a rectangle."""
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    exponent = 2 / rng.uniform(*power)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [np.sign(points) * np.abs(points) ** exponent * (1, rng.uniform(*ratio)) * 0.9]


def _box(rng: Random, ratio: tuple[float, float], taper: tuple[float, float]) -> list[np.ndarray]:
    """Return a quadrilateral: ``ratio`` of height to width, ``taper`` of upper to lower side."""
    height, upper = rng.uniform(*ratio), rng.uniform(*taper)
    return [np.array([[-upper, -height], [upper, -height], [1, height], [-1, height]]) * 0.85]


def _star(rng: Random, corners: int) -> list[np.ndarray]:
    return [_polygon(corners, rng.uniform(0.42, 0.6)) * 1.15]


def _cross(rng: Random, height: tuple[float, float]) -> list[np.ndarray]:
    """Return two bars, one across the other at a height from -1 (the end) to 0 (the middle)."""
    width, arm, at = rng.uniform(0.13, 0.2), rng.uniform(0.65, 0.95), rng.uniform(*height)
    upright = np.array([[-width, -1], [width, -1], [width, 1], [-width, 1]])
    across = np.array([[-arm, at - width], [arm, at - width], [arm, at + width], [-arm, at + width]])
    return [upright * 1.1, across * 1.1]


OUTLINES: dict[str, Callable[[Random], list[np.ndarray]]] = {
    "circle": lambda rng: _rounded(rng, (0.93, 1.0), (1.95, 2.1)),
    "ellipse": lambda rng: _rounded(rng, (0.7, 0.93), (1.95, 2.1)),
    "rounded square": lambda rng: _rounded(rng, (0.93, 1.0), (2.4, 3.2)),
    "square": lambda rng: _box(rng, (0.93, 1.0), (0.95, 1.0)),
    "rectangle": lambda rng: _box(rng, (0.65, 0.93), (0.95, 1.0)),
    "trapezoid": lambda rng: _box(rng, (0.85, 1.0), (0.55, 0.9)),
    "star of 4": lambda rng: _star(rng, 4),
    "star of 5": lambda rng: _star(rng, 5),
    "star of 6": lambda rng: _star(rng, 6),
    "plus": lambda rng: _cross(rng, (-0.18, 0.0)),
    "dagger": lambda rng: _cross(rng, (-0.55, -0.2)),
    "tee": lambda rng: _cross(rng, (-0.95, -0.6)),
}

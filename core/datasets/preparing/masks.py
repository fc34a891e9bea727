"""Masks that hide a part of an image: drawn by chance, or kept as bits; fitted to an image of any size.

A mask is a square of 256 x 256 cells, stretched over the image as the image is stretched for a network. Its
share of the area is reached to within ``TOLERANCE``; fitted to an image, to within half a pixel more.
"""

from collections.abc import Callable

import numpy as np

from core.datasets.images.decoding import opencv

MASK_SIZE = 256  # cells, width and height
PACKED_BYTES = MASK_SIZE * MASK_SIZE // 8
TOLERANCE = 0.002  # of the area
MAX_TRIES = 40  # drawings until the share is reached; about six are needed
SUBPIXEL_BITS = 4  # OpenCV takes corners in sixteenths of a cell

Outline = np.ndarray  # corners x, y around the origin, shape (num_corners, 2), float64


def draw_mask(kind: str, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a mask at a random place, uint8, shape ``(256, 256)``, 1 where it hides.

    Args:
        kind: ``rectangle``, ``polygon`` or ``person`` (head, shoulders and body of a random figure).
        share: Share of the area that it hides, between 0 and 1.
        rng: Where chance comes from; the same state gives the same mask.
    """
    mask = _DRAWERS[kind](share, rng)
    while abs(share_of(mask) - share) > TOLERANCE:  # a figure whose gaps grow with it; one in thousands
        mask = _DRAWERS[kind](share, rng)
    return mask


def fit_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a mask at the size of an image, bool, shape ``(height, width)``.

    The pixels that the mask covers most are hidden, as many as its share of the area asks for.

    Args:
        mask: Values 0 and 1, uint8, shape ``(256, 256)``.
        height: Pixels.
        width: Pixels.
    """
    if mask.shape == (height, width):
        return mask.astype(bool)
    cv2 = opencv()
    shrinks = height <= MASK_SIZE and width <= MASK_SIZE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    cover = cv2.resize(mask * np.uint8(255), (width, height), interpolation=method)
    wanted = round(share_of(mask) * height * width)
    at_least = np.cumsum(np.bincount(cover.ravel(), minlength=256)[::-1])[::-1]  # pixels covered so much
    level = int(np.flatnonzero(at_least >= wanted)[-1])
    hidden = np.asarray(cover > level)
    ties = np.flatnonzero(cover == level)[: wanted - int(hidden.sum())]
    hidden.ravel()[ties] = True
    return hidden


def share_of(mask: np.ndarray) -> float:
    """Return the share of the area that a mask hides."""
    return float(opencv().countNonZero(mask)) / mask.size


def pack_mask(mask: np.ndarray) -> np.ndarray:
    """Return a mask as bits, uint8, shape ``(8192,)``."""
    return np.packbits(mask.astype(bool))


def unpack_mask(bits: np.ndarray) -> np.ndarray:
    """Return the mask of its bits, uint8, shape ``(256, 256)``."""
    return np.unpackbits(bits).reshape(MASK_SIZE, MASK_SIZE)


def _draw_rectangle(share: float, rng: np.random.Generator) -> np.ndarray:
    """An upright rectangle, at most twice as long as wide unless it would not fit otherwise."""
    ratio = 2.0 ** rng.uniform(-1, 1)
    width = round(MASK_SIZE * float(np.clip(np.sqrt(share * ratio), share, 1)))
    height = min(round(share * MASK_SIZE**2 / width), MASK_SIZE)
    left, top = rng.integers(MASK_SIZE - width + 1), rng.integers(MASK_SIZE - height + 1)
    mask = np.zeros((MASK_SIZE, MASK_SIZE), np.uint8)
    mask[top : top + height, left : left + width] = 1
    return mask


def _draw_polygon(share: float, rng: np.random.Generator) -> np.ndarray:
    """A polygon of five to nine corners."""
    num_corners = int(rng.integers(5, 10))
    angles = (np.arange(num_corners) + rng.uniform(-0.35, 0.35, num_corners)) * (2 * np.pi / num_corners)
    radii = rng.uniform(0.5, 1, num_corners)
    outline = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
    return _grow([outline], rng.uniform(0.2, 0.8, 2), share)


def _draw_person(share: float, rng: np.random.Generator) -> np.ndarray:
    """A figure in front of the camera, seen to the chest, to the hips or whole, a little tilted."""
    shoulder, elbow = rng.uniform(2.0, 2.9), rng.uniform(0.95, 1.25)
    waist, hips = rng.uniform(1.2, 1.9), rng.uniform(1.5, 2.1)
    side = [(0.5, -2.6), (0.6, -1.9), (0.8 * shoulder, -1.5), (shoulder, -0.8), (elbow * shoulder, 0.6)]
    seen = rng.integers(3)
    if seen == 0:
        side += [(elbow * shoulder, 2.2)]
    else:
        side += [(waist, 2.5), (hips, 4.2)]
    if seen == 2:
        side += [(0.85 * hips, 7), (0.75 * hips, 10), (0.3, 10), (0.15, 4.8)]
    right = np.array(side)
    body = _rounded(np.concatenate([right, right[::-1] * (-1, 1)]))
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    head_size = rng.uniform(0.85, 1.1) * np.array([1, rng.uniform(1.15, 1.4)])
    head = np.stack([np.cos(angles), np.sin(angles)], axis=1) * head_size + (rng.uniform(-0.25, 0.25), -3.4)
    both = np.concatenate([head, body])
    middle = (both.min(axis=0) + both.max(axis=0)) / 2
    tilt = rng.uniform(-0.2, 0.2)  # radians
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    turn = turn * (rng.uniform(0.9, 1.15), 1)  # thinner or wider
    center = np.array([rng.uniform(0.25, 0.75), rng.uniform(0.35, 0.65)])
    return _grow([(part - middle) @ turn for part in (head, body)], center, share)


def _rounded(outline: Outline) -> Outline:
    """Cut the corners of an outline twice (Chaikin 1974)."""
    for _ in range(2):
        following = np.roll(outline, -1, axis=0)
        cut = np.stack([0.75 * outline + 0.25 * following, 0.25 * outline + 0.75 * following], axis=1)
        outline = cut.reshape(-1, 2)
    return outline


def _grow(outlines: list[Outline], center: np.ndarray, share: float) -> np.ndarray:
    """Return outlines around a center, as large as it takes to hide a share; what juts out is cut off."""
    low, high = 0.0, np.inf
    scale = float(np.sqrt(share)) / max(float(np.ptp(outline)) for outline in outlines)
    mask = _fill(outlines, center, scale)
    for _ in range(MAX_TRIES):
        reached = share_of(mask)
        if abs(reached - share) <= TOLERANCE:
            break
        low, high = (scale, high) if reached < share else (low, scale)
        likely = np.clip(reached, 1e-4, 1 - 1e-4)
        scale *= float(np.sqrt(share / (1 - share) * (1 - likely) / likely))
        if not low < scale < high:
            scale = (low + high) / 2
        mask = _fill(outlines, center, scale)
    return mask


def _fill(outlines: list[Outline], center: np.ndarray, scale: float) -> np.ndarray:
    cv2 = opencv()
    mask = np.zeros((MASK_SIZE, MASK_SIZE), np.uint8)
    for outline in outlines:
        corners = ((outline * scale + center) * MASK_SIZE - 0.5) * (1 << SUBPIXEL_BITS)
        cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1, shift=SUBPIXEL_BITS)
    return mask


_DRAWERS: dict[str, Callable[[float, np.random.Generator], np.ndarray]] = {
    "rectangle": _draw_rectangle,
    "polygon": _draw_polygon,
    "person": _draw_person,
}

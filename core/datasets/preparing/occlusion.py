"""Something painted over the images, to see whether a network can do without the hidden part.

Nothing is stored but the settings (and the bits of mask pictures): the same image and seed always get the
same mask, whatever row it stands in, so that a dataset made of another shows the same.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.datasets.preparing.masks import PACKED_BYTES, draw_mask, fit_mask, unpack_mask
from core.datasets.settings import Settings
from core.errors import DatasetError
from core.words import name_splits

if TYPE_CHECKING:
    from core.datasets.dataset import Dataset

MASKS_FILE = "masks.npy"  # in the dataset's folder: bits of the mask pictures, uint8, (num_masks, 8192)
GREYS = {"black": 0, "grey": 128, "white": 255}
NOISE_CELLS = 64  # noise is this coarse, width and height, so that it is noise at every size


class Occlusion(Settings):
    """What is painted over which images."""

    kind: Literal["rectangle", "polygon", "person", "pictures"] = Field(
        default="rectangle",
        description="Shape of the mask: drawn by chance, or one of your own mask pictures for each image.",
    )
    share: float = Field(
        default=0.2,
        ge=0.01,
        le=0.9,
        description="Share of the image's area that is hidden; mask pictures hide what they hide.",
    )
    fill: Literal["black", "grey", "white", "noise", "mean"] = Field(
        default="black",
        description="What is painted where the mask is; mean is the average color of the image itself.",
    )
    splits: tuple[Literal["train", "val", "test"], ...] = Field(
        default=("train", "val", "test"),
        min_length=1,
        description="Splits whose images are occluded; an image that changes its split changes with it.",
    )
    seed: int = Field(default=0, ge=0, description="Start of the random numbers that choose the masks.")
    masks_hash: str | None = Field(
        default=None, description="Hash of the mask pictures' bits; none for masks drawn by chance."
    )

    @property
    def words(self) -> str:
        """What is painted where, for a person.

        >>> Occlusion(kind="person", splits=("train", "val")).words
        '20 % hidden by a person in black, training and validation, seed 0'
        """
        what = (
            "hidden by mask pictures"
            if self.kind == "pictures"
            else f"{self.share:.0%} hidden by a {self.kind}"
        )
        return f"{what.replace('%', ' %')} in {self.fill}, {name_splits(self.splits)}, seed {self.seed}"


def paint(dataset: Dataset, sample_id: int, pixels: np.ndarray) -> np.ndarray:
    """Return an image with its mask painted over; the image itself where there is nothing to paint.

    Args:
        dataset: Whose image.
        sample_id: Which.
        pixels: RGB, uint8, shape ``(height, width, 3)``, at any size.

    Raises:
        DatasetError: The dataset's mask pictures are gone.
    """
    occlusion = dataset.occlusion
    if occlusion is None or dataset.table["split"].iat[sample_id] not in occlusion.splits:
        return pixels
    masks = load_masks(dataset.folder) if occlusion.kind == "pictures" else None
    return occlude(pixels, occlusion, identify(dataset, sample_id), masks)


def occlude(
    pixels: np.ndarray, occlusion: Occlusion, identity: str, masks: np.ndarray | None = None
) -> np.ndarray:
    """Return a copy of an image with the mask painted over that its identity and the seed choose.

    Args:
        pixels: RGB, uint8, shape ``(height, width, 3)``.
        occlusion: What to paint; its splits are not looked at.
        identity: What tells this image from the others, see ``identify``.
        masks: Bits of the mask pictures, uint8, shape ``(num_masks, 8192)``; only for the kind ``pictures``.
    """
    digest = hashlib.blake2b(f"{occlusion.seed}\0{identity}".encode(), digest_size=8).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    if masks is not None:
        mask = unpack_mask(masks[rng.integers(len(masks))])
    else:
        mask = draw_mask(occlusion.kind, occlusion.share, rng)
    hidden = fit_mask(mask, *pixels.shape[:2])
    painted = pixels.copy()
    np.copyto(painted, _paint_of(occlusion.fill, pixels, rng), where=hidden[..., None])
    return painted


def identify(dataset: Dataset, sample_id: int) -> str:
    """Return what an image keeps in every dataset made of its own: its path, or its place in the array."""
    column = "position" if dataset.root is None else "path"
    return str(dataset.table[column].iat[sample_id])


def load_masks(folder: Path | None) -> np.ndarray:
    """Return the bits of the mask pictures in a dataset's folder, memory-mapped, ``(num_masks, 8192)``.

    Raises:
        DatasetError: They are gone or damaged.
    """
    path = Path(folder or "") / MASKS_FILE
    try:
        return _read_masks(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(
            f"The mask pictures in {path} cannot be read ({error}); delete the dataset and occlude anew."
        ) from error


@functools.lru_cache(maxsize=8)
def _read_masks(path: Path, file_time: int) -> np.ndarray:
    masks: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    if masks.dtype != np.uint8 or masks.ndim != 2 or masks.shape[1] != PACKED_BYTES or not len(masks):
        raise ValueError("it holds no masks")
    return masks


def _paint_of(fill: str, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the color to paint, uint8, shape ``(3,)``, or one for each pixel, ``(height, width, 3)``."""
    if fill == "mean":
        return np.asarray(np.rint(pixels.mean(axis=(0, 1))).astype(np.uint8))
    if fill == "noise":
        noise = rng.integers(0, 256, (NOISE_CELLS, NOISE_CELLS, 3), dtype=np.uint8)
        height, width = pixels.shape[:2]
        rows, columns = (np.arange(size) * NOISE_CELLS // size for size in (height, width))
        return np.asarray(noise[rows[:, None], columns])
    return np.full(3, GREYS[fill], np.uint8)

"""Pictures of a dataset as they would be with something painted over them, before that is decided."""

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.images.encoding import encode_thumbnail
from core.datasets.images.reading import read_image
from core.datasets.preparing.occlusion import Occlusion, identify, occlude

NUM_PICTURES = 9


def choose_pictures(dataset: Dataset, occlusion: Occlusion) -> np.ndarray:
    """Return sample ids that an occlusion concerns, of different classes if possible, int64, at most nine."""
    included = dataset.included
    rows = included[included["split"].isin(occlusion.splits)]
    order = np.random.default_rng(occlusion.seed).permutation(len(rows))
    mixed = rows.iloc[order]
    turn = mixed.groupby("label").cumcount().to_numpy()
    return mixed.index.to_numpy(np.int64)[np.argsort(turn, kind="stable")][:NUM_PICTURES]


def occluded_pair(
    dataset: Dataset,
    sample_id: int,
    occlusion: Occlusion,
    *,
    masks: np.ndarray | None = None,
    size: int = 128,
) -> tuple[bytes, bytes]:
    """Return an image as JPEG, clean and occluded, the longer side ``size`` pixels.

    Args:
        dataset: Whose image; it is not occluded itself.
        sample_id: Which.
        occlusion: What to paint.
        masks: Bits of the mask pictures, shape ``(num_masks, 8192)``, for the kind ``pictures``.
        size: Pixels.

    Raises:
        DatasetFileError: The image is gone.
    """
    pixels = read_image(dataset, sample_id)
    hidden = occlude(pixels, occlusion, identify(dataset, sample_id), masks)
    return encode_thumbnail(pixels, size), encode_thumbnail(hidden, size)

"""A map of a dataset's images: each a point in the plane, similar ones close together.

What is compared are small pictures, or numbers that somebody else has computed of each image, such as the
features of a trained network. A map is kept beside the dataset and may be deleted at any time; labels, splits
and exclusions do not change where a point lies.
"""

import importlib.util
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.images.small_pictures import read_small_pictures
from core.datasets.mapping.pca import compute_components
from core.datasets.mapping.projection import project
from core.datasets.parallel import Progress, progress_of_part
from core.errors import DatasetError
from core.workspace import write_bytes

PIXELS = "pixels"  # in place of features: small pictures are compared
MAX_IMAGES = {"pca": 20_000, "tsne": 5_000, "umap": 20_000}  # more: a sample of all classes
FEW_PER_CLASS = 20  # a sample keeps so many images even of a rare class, where there is room for that
INSTALL_UMAP = 'pip install -e ".[umap]"'
NUM_COMPONENTS = 50  # that t-SNE and UMAP start from: the rest is mostly noise, and takes time
MIN_IMAGES = 4  # for t-SNE and UMAP; fewer lie where PCA puts them

ReadFeatures = Callable[[np.ndarray, Progress | None], np.ndarray]


@dataclass(frozen=True)
class MapSettings:
    """Which map.

    Attributes:
        method: ``"pca"``, ``"tsne"`` or ``"umap"``.
        features: ``"pixels"``, or a name of the features that are compared, unique and fit for a file name.
        seed: Start of the random numbers.
    """

    method: str = "pca"
    features: str = PIXELS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in MAX_IMAGES:
            raise DatasetError(f"There is no map {self.method!r}; choose one of {', '.join(MAX_IMAGES)}.")


@dataclass(frozen=True)
class ImageMap:
    """Where the images lie.

    Attributes:
        sample_ids: Which images, ascending, shape ``(num_points,)``, int64.
        coordinates: Their places, shape ``(num_points, 2)``, float32.
        explained: For PCA, the share of all differences that each of the two directions shows, 0-1; for the
            others None.
        num_images: Images of the dataset when the map was made, those that were left out by the sample too.
        num_gone: Images that should be on the map but could not be read.
    """

    sample_ids: np.ndarray
    coordinates: np.ndarray
    explained: tuple[float, float] | None
    num_images: int
    num_gone: int = 0


def has_umap() -> bool:
    """Whether UMAP, which is an extra, is installed."""
    return importlib.util.find_spec("umap") is not None


def map_path(dataset: Dataset, settings: MapSettings) -> Path:
    """Return where a map is kept.

    Raises:
        ValueError: The dataset has not been stored.
    """
    if dataset.folder is None:
        raise ValueError(f"Dataset {dataset.name!r} must be stored before it can have a map.")
    name = f"map-{settings.features}-{settings.method}-{settings.seed}-{dataset.images_hash}.npz"
    return dataset.folder / name


def load_map(dataset: Dataset, settings: MapSettings) -> ImageMap | None:
    """Return a map that was made before; None when there is none, or its file is damaged."""
    try:
        with map_path(dataset, settings).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            explained = arrays["explained"].tolist()
            found = ImageMap(
                sample_ids=arrays["sample_ids"].astype(np.int64),
                coordinates=arrays["coordinates"].astype(np.float32),
                explained=(explained[0], explained[1]) if explained else None,
                num_images=int(arrays["num_images"]),
                num_gone=int(arrays["num_gone"]),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile):
        return None
    fits = found.sample_ids.max(initial=-1) < len(dataset.table)
    return found if fits and found.coordinates.shape == (len(found.sample_ids), 2) else None


def compute_map(
    dataset: Dataset,
    settings: MapSettings,
    *,
    read_features: ReadFeatures | None = None,
    progress: Progress | None = None,
) -> ImageMap:
    """Make a map of the images that are not excluded, keep it and return it.

    Args:
        dataset: A stored dataset.
        settings: Which map.
        read_features: For features, called with sample ids, ascending, and a progress function; returns one
            row an image. None for pixels.
        progress: Called with (done, total) of each part of the work; what it raises stops all of it.

    Raises:
        DatasetError: UMAP is not installed, no image can be read, or memory ran out.
        WorkspaceError: The map cannot be written.
    """
    if settings.method == "umap" and not has_umap():
        raise DatasetError(f"UMAP is not installed; install it with `{INSTALL_UMAP}`, or choose t-SNE.")
    wanted = _choose(dataset, settings)
    sample_ids = wanted
    if read_features is not None:
        rows = read_features(wanted, progress)
    else:
        part = progress_of_part(progress, "Reading the images")
        pictures, could_read = read_small_pictures(dataset, wanted, progress=part)
        rows, sample_ids = pictures[could_read], wanted[could_read]
    if not len(sample_ids):
        raise DatasetError(
            f"No image of {dataset.name!r} can be read, so there is nothing to map; check that its folder is "
            f"there, or take images back in."
        )
    coordinates, explained = _place(rows.reshape(len(rows), -1), settings, progress)
    num_gone = len(wanted) - len(sample_ids)
    image_map = ImageMap(sample_ids, coordinates, explained, dataset.num_images, num_gone)
    _save(map_path(dataset, settings), image_map)
    return image_map


def is_shown(dataset: Dataset, image_map: ImageMap) -> np.ndarray:
    """Return which points are images that are not excluded now, bool, shape ``(num_points,)``."""
    return ~dataset.table["excluded"].to_numpy(bool)[image_map.sample_ids]


def count_missing(dataset: Dataset, image_map: ImageMap) -> int:
    """Return how many images of the dataset as it is now have no place on a map."""
    included = dataset.included.index.to_numpy(np.int64)
    return int((~np.isin(included, image_map.sample_ids)).sum())


def map_table(dataset: Dataset, image_map: ImageMap) -> pd.DataFrame:
    """Return the points of images that are not excluded now: columns x y label split path sample_id.

    The label is the class's name; an image of an array has no path.
    """
    kept = is_shown(dataset, image_map)
    rows = dataset.table.iloc[image_map.sample_ids[kept]]
    return pd.DataFrame(
        {
            "x": image_map.coordinates[kept, 0],
            "y": image_map.coordinates[kept, 1],
            "label": [dataset.class_names[label] for label in rows["label"].tolist()],
            "split": rows["split"].tolist(),
            "path": rows["path"].astype(object).where(rows["path"].notna(), None).tolist(),
            "sample_id": image_map.sample_ids[kept],
        }
    )


def stratified_sample(labels: np.ndarray, limit: int, *, seed: int = 0) -> np.ndarray:
    """Choose at most ``limit`` images, each class by its share, a rare one by a few more.

    Args:
        labels: Class of each image, shape ``(num_images,)``, integers from 0.
        limit: Most images; where there are no more than that, all are chosen.
        seed: Start of the random numbers.

    Returns:
        Positions in ``labels``, ascending, int64.

    >>> labels = np.repeat([0, 1], [90, 10])
    >>> np.bincount(labels[stratified_sample(labels, 20)]).tolist()
    [15, 5]
    """
    if len(labels) <= limit:
        return np.arange(len(labels))
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]  # by class, in random order within
    sizes = np.bincount(labels)
    starts = np.cumsum(sizes) - sizes
    rank = np.arange(len(labels)) - starts[labels[order]]
    few = min(FEW_PER_CLASS, max(1, limit // (2 * np.count_nonzero(sizes))))
    share = (rank + 0.5) / sizes[labels[order]]  # the smallest shares are a sample of all classes
    chosen = np.lexsort((share, rank >= few))[:limit]
    return np.sort(order[chosen])


def _choose(dataset: Dataset, settings: MapSettings) -> np.ndarray:
    """Sample ids of the images on the map, ascending."""
    included = dataset.included
    sample_ids = included.index.to_numpy(np.int64)
    labels = included["label"].to_numpy(np.int64)
    chosen = stratified_sample(labels, MAX_IMAGES[settings.method], seed=settings.seed)
    return sample_ids[chosen]


def _place(
    rows: np.ndarray, settings: MapSettings, progress: Progress | None
) -> tuple[np.ndarray, tuple[float, float] | None]:
    """Return coordinates, and for PCA what they show of the differences."""
    if settings.method == "pca" or len(rows) < MIN_IMAGES:
        found = compute_components(rows, 2, seed=settings.seed)
        shares = (float(found.explained[0]), float(found.explained[1]))
        return found.scores, shares if settings.method == "pca" else None
    found = compute_components(rows, min(NUM_COMPONENTS, rows.shape[1]), seed=settings.seed)
    if not found.explained.any():  # all the same: any arrangement of them would be made up
        return np.zeros((len(rows), 2), np.float32), None
    return project(found.scores, settings.method, seed=settings.seed, progress=progress), None


def _save(path: Path, image_map: ImageMap) -> None:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        sample_ids=image_map.sample_ids,
        coordinates=image_map.coordinates,
        explained=np.array(image_map.explained or (), np.float64),
        num_images=image_map.num_images,
        num_gone=image_map.num_gone,
    )
    write_bytes(path, buffer.getvalue())

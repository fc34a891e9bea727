"""What pages read of datasets and their pictures; below the loaders, what is kept of them."""

import numpy as np
import pandas as pd
import streamlit as st

from app.cache.home import changed_at, workspace
from core import workspace as workspaces
from core.datasets.browsing.index import PictureIndex
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import LOG_FILE
from core.datasets.images.mean_images import MAX_IMAGES, MeanImage, mean_images, sample_classes
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import Resizing, resize_image
from core.datasets.images.thumbnails import thumbnails
from core.datasets.mapping.embedding import ImageMap, MapSettings, load_map, map_path
from core.datasets.scanning.scan import load_scan, scan_path
from core.datasets.store import list_datasets, load_dataset
from core.datasets.trouble.findings import Finding, find_trouble
from core.datasets.trouble.groups import group_columns, guess_grouping
from core.explain import service
from core.runs.augmentation import Augmentation


def dataset_names() -> list[str]:
    """Names of all datasets, the built-in ones first."""
    return list_datasets(workspace())


def dataset(name: str) -> Dataset:
    """A dataset; read again when its file or its edits have changed.

    Raises:
        DatasetError: There is none of that name.
    """
    return _dataset(*dataset_key(name))


def dataset_key(name: str) -> tuple[str, str, tuple[int, int]]:
    """What changes whenever a dataset does: workspace, name, times of its file and of its edits."""
    folder = workspace().datasets_dir / name
    times = (changed_at(folder / "dataset.json"), changed_at(folder / LOG_FILE))
    return str(workspace().root), name, times


def scan(name: str) -> pd.DataFrame | None:
    """What the scan of a dataset's pixels found, shared, not to be changed; None without a scan."""
    path = scan_path(dataset(name))
    return None if path is None or not path.exists() else _scan(name, str(path), changed_at(path))


def picture_index(name: str) -> PictureIndex:
    """What a dataset's pictures are filtered and sorted by; made anew after an edit or a scan."""
    return _picture_index(str(workspace().root), name, dataset_times(name))


def trouble(name: str, *, near_distance: int, group_by: str | None) -> list[Finding]:
    """What is wrong with a dataset as it is now; without its scan, what can be known so far.

    Raises:
        DatasetError: There is no such column to group by, or the name pattern is not understood.
    """
    return _trouble(name, dataset_times(name), near_distance, group_by)


def grouping_choices(name: str) -> tuple[str | None, list[str]]:
    """What could tell which images of a dataset belong together: a guess by file names, and its columns."""
    return _grouping_choices(name, dataset_times(name))


def image_map(name: str, settings: MapSettings) -> ImageMap | None:
    """A map of a dataset's images that was made before; None when there is none."""
    path = map_path(dataset(name), settings)
    return _image_map(name, str(path), changed_at(path), settings) if path.exists() else None


def thumbnails_of(name: str, sample_ids: tuple[int, ...], size: int = 96) -> list[bytes]:
    """Small JPEGs of a dataset's images."""
    return _thumbnails(dataset(name).images_hash, name, sample_ids, size)


def mean_images_of(name: str, labels: tuple[int, ...], split: str | None) -> list[MeanImage | None]:
    """Mean image of each of some classes of a dataset, of some of its images."""
    groups = sample_classes(dataset(name), labels, MAX_IMAGES, split=split)
    ids = tuple(tuple(group.tolist()) for group in groups)
    return _mean_images(dataset(name).images_hash, name, ids)


def augmented(
    name: str,
    sample_id: int,
    augmentation: Augmentation | None,
    *,
    resizing: Resizing,
    seed: int,
    num_epochs: int,
) -> tuple[np.ndarray, np.ndarray]:
    """An image as a network sees it, and as training sees it in its first epochs.

    Returns:
        uint8, shape ``(height, width, 3)``, and ``(num_epochs, height, width, 3)``.

    Raises:
        DatasetError: The image cannot be read.
        ExplainError: The helper process failed.
    """
    images_hash = dataset(name).images_hash
    return _augmented(images_hash, name, sample_id, augmentation, (resizing, seed, num_epochs))


def dataset_times(name: str) -> tuple[int, int, int]:
    """File times of what a dataset's pages depend on: itself, its edits, its scan."""
    folder = workspace().datasets_dir / name
    path = scan_path(dataset(name))
    return changed_at(folder / "dataset.json"), changed_at(folder / LOG_FILE), changed_at(path or folder)


@st.cache_resource(max_entries=16, show_spinner="Reading the dataset")
def _dataset(home: str, name: str, file_times: tuple[int, int]) -> Dataset:
    return load_dataset(workspaces.open_workspace(home), name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _scan(name: str, path: str, file_time: int) -> pd.DataFrame | None:
    return load_scan(dataset(name))


@st.cache_resource(max_entries=4, show_spinner=False)
def _picture_index(home: str, name: str, file_times: tuple[int, int, int]) -> PictureIndex:
    return PictureIndex(dataset(name), scan(name))


@st.cache_resource(max_entries=16, show_spinner="Looking for trouble")
def _trouble(
    name: str, file_times: tuple[int, int, int], near_distance: int, group_by: str | None
) -> list[Finding]:
    return find_trouble(dataset(name), scan(name), near_distance=near_distance, group_by=group_by)


@st.cache_resource(max_entries=16, show_spinner=False)
def _grouping_choices(name: str, file_times: tuple[int, int, int]) -> tuple[str | None, list[str]]:
    return guess_grouping(dataset(name)), group_columns(dataset(name))


@st.cache_resource(max_entries=8, show_spinner=False)
def _image_map(name: str, path: str, file_time: int, _settings: MapSettings) -> ImageMap | None:
    return load_map(dataset(name), _settings)


@st.cache_resource(max_entries=64, show_spinner=False)
def _thumbnails(images_hash: str, name: str, sample_ids: tuple[int, ...], size: int) -> list[bytes]:
    return thumbnails(dataset(name), sample_ids, size=size)


@st.cache_resource(max_entries=32, show_spinner="Averaging the pictures of each class")
def _mean_images(images_hash: str, name: str, ids: tuple[tuple[int, ...], ...]) -> list[MeanImage | None]:
    return mean_images(dataset(name), [np.array(group, np.int64) for group in ids])


@st.cache_resource(max_entries=32, show_spinner="Changing the image; the first time takes some seconds")
def _augmented(
    images_hash: str,
    name: str,
    sample_id: int,
    augmentation: Augmentation | None,
    numbers: tuple[Resizing, int, int],
) -> tuple[np.ndarray, np.ndarray]:
    resizing, seed, num_epochs = numbers
    image = resize_image(read_image(dataset(name), sample_id), resizing)
    if augmentation is None:
        return image, np.stack([image] * num_epochs)
    epochs = range(1, num_epochs + 1)
    return image, service.show_augmented(image, augmentation, sample_id=sample_id, seed=seed, epochs=epochs)

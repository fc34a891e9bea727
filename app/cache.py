"""What pages read, kept between clicks: loaders around ``core``, keyed by name and file time."""

import contextlib
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from core import workspace as workspaces
from core.datasets.browsing.index import PictureIndex
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import LOG_FILE
from core.datasets.images.mean_images import MAX_IMAGES, MeanImage, mean_images, sample_classes
from core.datasets.images.reading import read_image, resize_image
from core.datasets.images.thumbnails import thumbnails
from core.datasets.mapping.embedding import ImageMap, MapSettings, load_map, map_path
from core.datasets.scanning.scan import load_scan, scan_path
from core.datasets.store import list_datasets, load_dataset
from core.datasets.trouble.findings import Finding, find_trouble
from core.datasets.trouble.groups import group_columns, guess_grouping
from core.errors import RunError
from core.evaluation.confusion import compute_confusion
from core.evaluation.label_issues import LOOKED_AT, LabelIssues, find_label_issues
from core.explain import service
from core.predictions import Predictions, load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.order import order_classes
from core.regrouping.score import GroupingScore, score_grouping
from core.runs.augmentation import Augmentation
from core.runs.config import RunConfig
from core.runs.run import Run, find_run, list_runs
from core.workspace import Workspace

Answer = TypeVar("Answer")


def workspace() -> Workspace:
    """The workspace of this server."""
    return _workspace(os.environ.get(workspaces.HOME_VARIABLE))


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
    times = (_file_time(folder / "dataset.json"), _file_time(folder / LOG_FILE))
    return str(workspace().root), name, times


def scan(name: str) -> pd.DataFrame | None:
    """What the scan of a dataset's pixels found, shared, not to be changed; None without a scan."""
    path = scan_path(dataset(name))
    return None if path is None or not path.exists() else _scan(name, str(path), _file_time(path))


def picture_index(name: str) -> PictureIndex:
    """What a dataset's pictures are filtered and sorted by; made anew after an edit or a scan."""
    return _picture_index(str(workspace().root), name, _dataset_times(name))


def trouble(name: str, *, near_distance: int, group_by: str | None) -> list[Finding]:
    """What is wrong with a dataset as it is now; without its scan, what can be known so far.

    Raises:
        DatasetError: There is no such column to group by, or the name pattern is not understood.
    """
    return _trouble(name, _dataset_times(name), near_distance, group_by)


def grouping_choices(name: str) -> tuple[str | None, list[str]]:
    """What could tell which images of a dataset belong together: a guess by file names, and its columns."""
    return _grouping_choices(name, _dataset_times(name))


def label_issues(name: str, run_id: str) -> LabelIssues:
    """Labels of a dataset that a run finds unlikely.

    Raises:
        PredictionsError: The run cannot judge them.
    """
    keys = tuple(_predictions_key(run_id, split) for split in LOOKED_AT)
    return _label_issues(name, _dataset_times(name), keys)


def image_map(name: str, settings: MapSettings) -> ImageMap | None:
    """A map of a dataset's images that was made before; None when there is none."""
    path = map_path(dataset(name), settings)
    return _image_map(name, str(path), _file_time(path), settings) if path.exists() else None


def run(run_id: str) -> Run:
    """A run; its properties read the disk each time.

    Raises:
        RunError: There is none of that id.
    """
    return find_run(workspace(), run_id)


def run_datasets() -> dict[str, str]:
    """Id of each run and the name of its dataset, newest first; without runs whose settings are damaged."""
    found = {}
    for run in list_runs(workspace()):
        with contextlib.suppress(RunError):
            found[run.id] = config(run).dataset
    return found


def config(run: Run) -> RunConfig:
    """Settings of a run; the file time tells it from a deleted run of the same id."""
    return _config(str(run.directory), _file_time(run.directory / "config.json"))


def history(run: Run) -> pd.DataFrame:
    """Epochs of a run so far; read again when its file has changed."""
    return _history(str(run.directory), _file_time(run.directory / "history.csv"))


def predictions(run_id: str, split: str) -> Predictions:
    """Predictions of a run's best epoch on a split.

    Raises:
        PredictionsError: The run has not stored them yet.
    """
    path = workspace().runs_dir / run_id / "predictions" / f"{split}.npz"
    return _predictions(str(path), _file_time(path))


def explained(function: Callable[..., Answer], run_id: str, *arguments: Any, **options: Any) -> Answer:
    """What a function of ``core.explain.service`` says of a run's network, kept until that is trained anew.

    Raises:
        RegroupError: As the function does.
    """
    directory = run(run_id).directory
    file_time = _file_time(Run(directory).model_path)
    answer: Answer = _explained(function.__name__, str(directory), file_time, arguments, options)
    return answer


def augmented(
    name: str,
    sample_id: int,
    augmentation: Augmentation | None,
    *,
    image_size: int,
    seed: int,
    num_epochs: int,
) -> tuple[np.ndarray, np.ndarray]:
    """An image as a network sees it, and as training sees it in its first epochs.

    Returns:
        uint8, shape ``(image_size, image_size, 3)``, and ``(num_epochs, image_size, image_size, 3)``.

    Raises:
        DatasetError: The image cannot be read.
        ExplainError: The helper process failed.
    """
    images_hash = dataset(name).images_hash
    return _augmented(images_hash, name, sample_id, augmentation, (image_size, seed, num_epochs))


def thumbnails_of(name: str, sample_ids: tuple[int, ...], size: int = 96) -> list[bytes]:
    """Small JPEGs of a dataset's images."""
    return _thumbnails(dataset(name).images_hash, name, sample_ids, size)


def mean_images_of(name: str, labels: tuple[int, ...], split: str | None) -> list[MeanImage | None]:
    """Mean image of each of some classes of a dataset, of some of its images."""
    groups = sample_classes(dataset(name), labels, MAX_IMAGES, split=split)
    ids = tuple(tuple(group.tolist()) for group in groups)
    return _mean_images(dataset(name).images_hash, name, ids)


def confusion(run_id: str, split: str) -> np.ndarray:
    """Confusion matrix of a run's stored predictions, counts, shape ``(num_classes, num_classes)``.

    Raises:
        PredictionsError: The run has not stored them yet.
    """
    return _confusion(*_predictions_key(run_id, split))


def class_order(run_id: str, grouping: Grouping) -> np.ndarray:
    """Order of the classes that puts validation confusions and groups in blocks, shape ``(num_classes,)``."""
    return _class_order(*_predictions_key(run_id, "val"), grouping.assignment, grouping)


def grouping_score(run_id: str, split: str, grouping: Grouping) -> GroupingScore:
    """Scores of a grouping on a run's stored predictions."""
    return _grouping_score(*_predictions_key(run_id, split), grouping.assignment, grouping)


@st.cache_resource
def freeze_modules() -> None:
    """Take what is imported by the first page out of every later garbage collection: once in a process."""
    gc.freeze()


@st.cache_resource
def _workspace(home: str | None) -> Workspace:
    return workspaces.open_workspace(home)


@st.cache_resource(max_entries=16, show_spinner="Reading the dataset")
def _dataset(home: str, name: str, file_times: tuple[int, int]) -> Dataset:
    return load_dataset(workspaces.open_workspace(home), name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _scan(name: str, path: str, file_time: int) -> pd.DataFrame | None:
    return load_scan(dataset(name))


@st.cache_resource(max_entries=4, show_spinner=False)
def _picture_index(home: str, name: str, file_times: tuple[int, int, int]) -> PictureIndex:
    return PictureIndex(dataset(name), scan(name))


def _dataset_times(name: str) -> tuple[int, int, int]:
    """File times of what a dataset's pages depend on: itself, its edits, its scan."""
    folder = workspace().datasets_dir / name
    path = scan_path(dataset(name))
    return _file_time(folder / "dataset.json"), _file_time(folder / LOG_FILE), _file_time(path or folder)


@st.cache_resource(max_entries=16, show_spinner="Looking for trouble")
def _trouble(
    name: str, file_times: tuple[int, int, int], near_distance: int, group_by: str | None
) -> list[Finding]:
    return find_trouble(dataset(name), scan(name), near_distance=near_distance, group_by=group_by)


@st.cache_resource(max_entries=16, show_spinner=False)
def _grouping_choices(name: str, file_times: tuple[int, int, int]) -> tuple[str | None, list[str]]:
    return guess_grouping(dataset(name)), group_columns(dataset(name))


@st.cache_resource(max_entries=16, show_spinner="Comparing labels with predictions")
def _label_issues(
    name: str, file_times: tuple[int, int, int], keys: tuple[tuple[str, int], ...]
) -> LabelIssues:
    return find_label_issues(dataset(name), [_predictions(*key) for key in keys])


@st.cache_resource(max_entries=8, show_spinner=False)
def _image_map(name: str, path: str, file_time: int, _settings: MapSettings) -> ImageMap | None:
    return load_map(dataset(name), _settings)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _config(directory: str, file_time: int) -> RunConfig:
    return Run(Path(directory)).config


@st.cache_resource(max_entries=200, show_spinner=False)
def _history(directory: str, file_time: int) -> pd.DataFrame:
    return Run(Path(directory)).history


@st.cache_resource(max_entries=24, show_spinner="Reading the predictions")
def _predictions(path: str, file_time: int) -> Predictions:
    return load_predictions(Path(path))


@st.cache_resource(max_entries=16, show_spinner="Asking the network; the first question takes some seconds")
def _explained(
    question: str, directory: str, file_time: int, arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    return getattr(service, question)(Run(Path(directory)), *arguments, **options)


@st.cache_resource(max_entries=32, show_spinner="Changing the image; the first time takes some seconds")
def _augmented(
    images_hash: str,
    name: str,
    sample_id: int,
    augmentation: Augmentation | None,
    numbers: tuple[int, int, int],
) -> tuple[np.ndarray, np.ndarray]:
    image_size, seed, num_epochs = numbers
    image = resize_image(read_image(dataset(name), sample_id), image_size)
    if augmentation is None:
        return image, np.stack([image] * num_epochs)
    epochs = range(1, num_epochs + 1)
    return image, service.show_augmented(image, augmentation, sample_id=sample_id, seed=seed, epochs=epochs)


@st.cache_resource(max_entries=64, show_spinner=False)
def _thumbnails(images_hash: str, name: str, sample_ids: tuple[int, ...], size: int) -> list[bytes]:
    return thumbnails(dataset(name), sample_ids, size=size)


@st.cache_resource(max_entries=32, show_spinner="Averaging the pictures of each class")
def _mean_images(images_hash: str, name: str, ids: tuple[tuple[int, ...], ...]) -> list[MeanImage | None]:
    return mean_images(dataset(name), [np.array(group, np.int64) for group in ids])


def _predictions_key(run_id: str, split: str) -> tuple[str, int]:
    path = workspace().runs_dir / run_id / "predictions" / f"{split}.npz"
    return str(path), _file_time(path)


@st.cache_resource(max_entries=24, show_spinner=False)
def _confusion(path: str, file_time: int) -> np.ndarray:
    return compute_confusion(_predictions(path, file_time))


@st.cache_resource(max_entries=500, show_spinner=False)
def _class_order(path: str, file_time: int, assignment: tuple[int, ...], _grouping: Grouping) -> np.ndarray:
    return order_classes(_confusion(path, file_time), _grouping)


@st.cache_resource(max_entries=500, show_spinner=False)
def _grouping_score(
    path: str, file_time: int, assignment: tuple[int, ...], _grouping: Grouping
) -> GroupingScore:
    return score_grouping(_predictions(path, file_time), _grouping)


def _file_time(path: os.PathLike[str]) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - one system call, no object
    except FileNotFoundError:
        return 0

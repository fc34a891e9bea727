"""What pages read of runs: settings, history, predictions, and what is computed of them."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from app.cache.datasets import dataset, dataset_key, dataset_times
from app.cache.home import changed_at, workspace
from core.errors import RegroupError, RunError
from core.evaluation.clusters import clusters_of
from core.evaluation.label_issues import LOOKED_AT, LabelIssues, find_label_issues
from core.explain import service
from core.jobs.load import LoadGauge
from core.predictions import Predictions, load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import GroupingScore, score_grouping
from core.regrouping.scoring.scorer import Scorer
from core.runs.notes import ABOUT_FILE, About, load_about
from core.runs.notes import run_name as name_with_title
from core.runs.run import Run, find_run, list_runs

Answer = TypeVar("Answer")
DatasetKey = tuple[str, str, tuple[int, int]]


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
            found[run.id] = run.config.dataset
    return found


def history(run: Run) -> pd.DataFrame:
    """Epochs of a run so far; read again when its file has changed."""
    return _history(str(run.directory), changed_at(run.directory / "history.csv"))


def about(run: Run) -> About:
    """Title, note, tags of a run, and whether it is archived."""
    return _about(str(run.directory), changed_at(run.directory / ABOUT_FILE))


def run_name(run_id: str) -> str:
    """How a run is named wherever it is chosen or drawn: by its id, with its title where it has one."""
    return name_with_title(run_id, about(Run(workspace().runs_dir / run_id)).title)


def is_archived(run_id: str) -> bool:
    """Whether a run is put away; not so a run that has just been deleted."""
    return about(Run(workspace().runs_dir / run_id)).archived


def val_counts(run: Run) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names of the classes, or groups, that a run learned, and how many validation images each has now.

    Both are empty where the dataset has gone, or is not any more what the run saw.
    """
    settings = run.config
    groups = None if settings.groups is None else tuple(settings.groups.items())
    try:
        return _val_counts(dataset_key(settings.dataset), run.dataset_version, groups)
    except RegroupError:
        return (), ()


def load_gauge(run: Run) -> LoadGauge:
    """What tells the load of the machine while a run is trained."""
    return _load_gauge(str(run.directory))


def predictions(run_id: str, split: str) -> Predictions:
    """Predictions of a run's best epoch on a split.

    Raises:
        PredictionsError: The run has not stored them yet.
    """
    return _predictions(*predictions_key(run_id, split))


def explained(function: Callable[..., Answer], run_id: str, *arguments: Any, **options: Any) -> Answer:
    """What a function of ``core.explain.service`` says of a run's network, kept until that is trained anew.

    Raises:
        RegroupError: As the function does.
    """
    directory = run(run_id).directory
    file_time = changed_at(Run(directory).model_path)
    answer: Answer = _explained(function.__name__, str(directory), file_time, arguments, options)
    return answer


def scorer(run_id: str, split: str) -> Scorer:
    """What scores groupings on a run's stored predictions, one after another; shared by all sessions.

    Raises:
        PredictionsError: The run has not stored them yet, or a probability is not a number.
    """
    return scorer_of(*predictions_key(run_id, split))


def clusters(run_id: str, split: str) -> np.ndarray | None:
    """Number of the dataset's group (patient, photo) of each predicted image; None where there are none."""
    return _clusters(*predictions_key(run_id, split), dataset_key(run(run_id).config.dataset))


def grouping_score(run_id: str, split: str, grouping: Grouping) -> GroupingScore:
    """Scores of a grouping on a run's stored predictions."""
    key = (*predictions_key(run_id, split), dataset_key(run(run_id).config.dataset))
    return _grouping_score(*key, grouping.partition, grouping)


def label_issues(name: str, run_id: str) -> LabelIssues:
    """Labels of a dataset that a run finds unlikely.

    Raises:
        PredictionsError: The run cannot judge them.
    """
    keys = tuple(predictions_key(run_id, split) for split in LOOKED_AT)
    return _label_issues(name, dataset_times(name), keys)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _about(directory: str, file_time: int) -> About:
    return load_about(Run(Path(directory)))


@st.cache_resource(max_entries=50, show_spinner=False)
def _val_counts(
    key: tuple[str, str, tuple[int, int]], version: str | None, groups: tuple[tuple[str, str], ...] | None
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    found = dataset(key[1])
    if version is not None and version != found.version:
        return (), ()
    labels, names = found.labels(found.sample_ids("val")), found.class_names
    if groups is not None:
        grouping = Grouping.from_mapping(names, dict(groups))
        labels, names = grouping.group_of_class[labels], grouping.group_names
    return names, tuple(np.bincount(labels, minlength=len(names)).tolist())


@st.cache_resource(max_entries=20, show_spinner=False)
def _load_gauge(directory: str) -> LoadGauge:
    return LoadGauge(workspace(), Run(Path(directory)))


@st.cache_resource(max_entries=200, show_spinner=False)
def _history(directory: str, file_time: int) -> pd.DataFrame:
    return Run(Path(directory)).history


def predictions_key(run_id: str, split: str) -> tuple[str, int]:
    """What changes whenever stored predictions do: their path, and when the file was written."""
    path = workspace().runs_dir / run_id / "predictions" / f"{split}.npz"
    return str(path), changed_at(path)


@st.cache_resource(max_entries=24, show_spinner="Reading the predictions")
def _predictions(path: str, file_time: int) -> Predictions:
    return load_predictions(Path(path))


@st.cache_resource(max_entries=16, show_spinner="Asking the network; the first question takes some seconds")
def _explained(
    question: str, directory: str, file_time: int, arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    return getattr(service, question)(Run(Path(directory)), *arguments, **options)


@st.cache_resource(max_entries=8, show_spinner=False)
def scorer_of(path: str, file_time: int) -> Scorer:
    """The scorer of stored predictions, by their key."""
    return Scorer(_predictions(path, file_time))


@st.cache_resource(max_entries=24, show_spinner=False)
def _clusters(path: str, file_time: int, key: DatasetKey) -> np.ndarray | None:
    try:
        return clusters_of(_predictions(path, file_time), dataset(key[1]))
    except RegroupError:  # the dataset has gone; its predictions are still good
        return None


@st.cache_resource(max_entries=500, show_spinner=False)
def _grouping_score(
    path: str, file_time: int, key: DatasetKey, partition: bytes, _grouping: Grouping
) -> GroupingScore:
    clusters = _clusters(path, file_time, key)
    return score_grouping(scorer_of(path, file_time), _grouping, clusters=clusters)


@st.cache_resource(max_entries=16, show_spinner="Comparing labels with predictions")
def _label_issues(
    name: str, file_times: tuple[int, int, int], keys: tuple[tuple[str, int], ...]
) -> LabelIssues:
    return find_label_issues(dataset(name), [_predictions(*key) for key in keys])

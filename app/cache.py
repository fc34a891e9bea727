"""What pages read, kept between clicks: loaders around ``core``, keyed by name and file time."""

import gc
import os
from pathlib import Path

import streamlit as st

from core import workspace as workspaces
from core.datasets.dataset import Dataset
from core.datasets.store import list_datasets, load_dataset
from core.jobs.supervisor import Supervisor
from core.predictions import Predictions, load_predictions
from core.runs.run import Run, find_run, list_runs
from core.workspace import Workspace


def workspace() -> Workspace:
    """The workspace of this server."""
    return _workspace(os.environ.get(workspaces.HOME_VARIABLE))


def supervisor() -> Supervisor:
    """The threads that start queued trainings, started once in this process."""
    return _supervisor(str(workspace().root))


def dataset_names() -> list[str]:
    """Names of all datasets, the built-in ones first."""
    return list_datasets(workspace())


def dataset(name: str) -> Dataset:
    """A dataset; read again when its file has changed.

    Raises:
        DatasetError: There is none of that name.
    """
    return _dataset(str(workspace().root), name, _file_time(workspace().datasets_dir / name / "dataset.json"))


def run(run_id: str) -> Run:
    """A run; its properties read the disk each time.

    Raises:
        RunError: There is none of that id.
    """
    return find_run(workspace(), run_id)


def run_datasets() -> dict[str, str]:
    """Id of each run and the name of its dataset, newest first."""
    return {run.id: _run_dataset(str(run.directory)) for run in list_runs(workspace())}


def predictions(run_id: str, split: str) -> Predictions:
    """Predictions of a run's best epoch on a split.

    Raises:
        PredictionsError: The run has not stored them yet.
    """
    path = workspace().runs_dir / run_id / "predictions" / f"{split}.npz"
    return _predictions(str(path), _file_time(path))


@st.cache_resource
def freeze_modules() -> None:
    """Take what is imported by the first page out of every later garbage collection: once in a process."""
    gc.collect()
    gc.freeze()


@st.cache_resource
def _workspace(home: str | None) -> Workspace:
    return workspaces.open_workspace(home)


@st.cache_resource
def _supervisor(home: str) -> Supervisor:
    threads = Supervisor(workspaces.open_workspace(home), warm=True)
    threads.start()
    return threads


@st.cache_resource(max_entries=16, show_spinner="Reading the dataset")
def _dataset(home: str, name: str, file_time: int) -> Dataset:
    return load_dataset(workspaces.open_workspace(home), name)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _run_dataset(directory: str) -> str:
    return Run(Path(directory)).config.dataset


@st.cache_resource(max_entries=24, show_spinner="Reading the predictions")
def _predictions(path: str, file_time: int) -> Predictions:
    return load_predictions(Path(path))


def _file_time(path: os.PathLike[str]) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - one system call, no object
    except FileNotFoundError:
        return 0

"""What pages read of networks: their layers, the runs they may start from, and pictures to show instead."""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

import streamlit as st

from app.cache.datasets import dataset, dataset_key, dataset_names
from app.cache.home import workspace
from core.datasets.preparing.shown import find_occluded
from core.errors import DatasetError, ExplainError, RunError
from core.explain.layer_tables import layer_table as compute_table
from core.models.catalog import find_model
from core.models.table import ModelTable
from core.runs.config import RunConfig
from core.runs.run import State, list_runs

MAX_TABLES = 200
PARTS = ("both", "train", "test")  # as in ``RunConfig.occluded_splits``
AT_ONCE_S = 0.25  # how long a page waits for a table before it says that it waits
TABLE_FIELDS = {  # what the layers, and the memory of a training step, depend on
    "image_size", "scaling", "model", "weights", "alpha", "cut", "head_pooling", "head_units", "head_dropout",
    "head_batch_norm", "stack", "layers", "batch_size", "optimizer", "momentum", "precision", "feature_cache",
}  # fmt: skip


def layer_table(config: RunConfig, num_classes: int) -> ModelTable | None:
    """The layers of a network; None while Keras is being asked for them: look again soon.

    Simple networks are computed at once; a pretrained one takes seconds the first time.

    Raises:
        ModelError: It cannot be built with these settings.
        ExplainError: The helper process failed; the next call asks anew.
    """
    tables = _tables()
    key = (str(workspace().root), config.model_dump_json(include=TABLE_FIELDS), num_classes)
    with _lock():
        future = tables.get(key)
        if future is None:
            future = tables[key] = _asker().submit(compute_table, workspace(), config, num_classes)
            while len(tables) > MAX_TABLES:
                tables.popitem(last=False)
    try:
        return future.result(AT_ONCE_S if find_model(config.model).pretrained else None)
    except FutureTimeoutError:
        return None
    except ExplainError:
        tables.pop(key, None)
        raise


def trained_runs(model: str) -> list[str]:
    """Ids of the finished runs of a network, newest first."""
    found = []
    for run in list_runs(workspace()):
        try:
            if run.config.model == model and run.written_status.state is State.DONE:
                found.append(run.id)
        except (RunError, FileNotFoundError):
            continue  # damaged, or deleted a moment ago
    return found


def occluded_datasets(name: str) -> dict[str, tuple[str, ...]]:
    """Datasets whose pictures can be shown in place of another's, and in which splits (``find_occluded``)."""
    return _occluded_datasets(name, tuple(dataset_key(each) for each in dataset_names()))


@st.cache_resource(max_entries=16, show_spinner=False)
def _occluded_datasets(
    name: str, keys: tuple[tuple[str, str, tuple[int, int]], ...]
) -> dict[str, tuple[str, ...]]:
    found = {other: tuple(part for part in PARTS if _fits(name, other, part)) for _, other, _ in keys}
    return {other: parts for other, parts in found.items() if parts}


def _fits(name: str, other: str, part: str) -> bool:
    try:
        is_occluded = dataset(other).occlusion is not None
        return is_occluded and find_occluded(workspace(), dataset(name), other, part) is not None
    except DatasetError:
        return False


@st.cache_resource(show_spinner=False)
def _tables() -> OrderedDict[tuple[str, str, int], Future[ModelTable]]:
    return OrderedDict()


@st.cache_resource(show_spinner=False)
def _asker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="layer-tables")


@st.cache_resource(show_spinner=False)
def _lock() -> threading.Lock:
    return threading.Lock()

"""Suggested groups and how stable they are: from validation, kept by settings."""

from pathlib import Path

import streamlit as st

from app.cache.home import changed_at, workspace
from app.cache.runs import predictions, predictions_key, scorer
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.stability import (
    KeptStability,
    load_stability,
    stability_folder,
    stability_path,
)
from core.regrouping.scoring.scorer import Accuracies
from core.regrouping.suggesting.search import Suggestion, search
from core.regrouping.suggesting.settings import SearchSettings


def suggestion(run_id: str, settings: SearchSettings) -> Suggestion:
    """Groups that a search finds.

    Raises:
        GroupingError: There are none that honor all wishes.
    """
    return _suggestion(run_id, predictions_key(run_id, "val"), settings.model_dump_json(), settings)


def suggested_accuracies(run_id: str, grouping: Grouping) -> Accuracies:
    """What suggested groups would give on validation."""
    return _accuracies(run_id, predictions_key(run_id, "val"), grouping.partition, grouping)


def stability(run_id: str, dataset_name: str, settings: SearchSettings) -> KeptStability | None:
    """How stable the groups of a search for a number of groups are; None until that was measured."""
    path = stability_path(workspace(), dataset_name, run_id, settings)
    written = changed_at(path)
    if not written:
        return None
    return _stability(str(path), written, run_id, predictions_key(run_id, "val"), settings)


def has_stability(run_id: str, dataset_name: str) -> bool:
    """Whether stability was measured for any search of a run."""
    return bool(changed_at(stability_folder(workspace(), dataset_name, run_id)))


@st.cache_resource(max_entries=50, show_spinner="Searching groups")
def _suggestion(run_id: str, key: tuple[str, int], text: str, _settings: SearchSettings) -> Suggestion:
    return search(predictions(run_id, "val"), _settings)


@st.cache_resource(max_entries=100, show_spinner=False)
def _accuracies(run_id: str, key: tuple[str, int], partition: bytes, _grouping: Grouping) -> Accuracies:
    return scorer(run_id, "val").accuracies(_grouping)


@st.cache_resource(max_entries=8, show_spinner=False)
def _stability(
    path: str, written: int, run_id: str, key: tuple[str, int], _settings: SearchSettings
) -> KeptStability | None:
    return load_stability(Path(path), _settings, predictions(run_id, "val"))

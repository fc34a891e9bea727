"""Suggested groups and how stable they are: from validation, kept by settings."""

from typing import NamedTuple

import streamlit as st

from app.cache.runs import predictions, predictions_key, scorer
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.scorer import Accuracies
from core.regrouping.suggesting.search import Suggestion, search
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.stability import Stability


class Measured(NamedTuple):
    """The stability that was measured last for a run.

    Attributes:
        settings: The search that was repeated.
        stability: How often classes came together.
        num_images: Validation images of the run.
        num_runs: Runs that took part.
        by_groups: Whether groups of images were drawn.
    """

    settings: SearchSettings
    stability: Stability
    num_images: int
    num_runs: int
    by_groups: bool


def suggestion(run_id: str, settings: SearchSettings) -> Suggestion:
    """Groups that a search finds.

    Raises:
        GroupingError: There are none that honor all wishes.
    """
    return _suggestion(run_id, predictions_key(run_id, "val"), settings.model_dump_json(), settings)


def suggested_accuracies(run_id: str, grouping: Grouping) -> Accuracies:
    """What suggested groups would give on validation."""
    return _accuracies(run_id, predictions_key(run_id, "val"), grouping.partition, grouping)


@st.cache_resource
def stabilities() -> dict[tuple[str, int], Measured]:
    """What was measured on this server, by the file of the run's validation predictions."""
    return {}


@st.cache_resource(max_entries=50, show_spinner="Searching groups")
def _suggestion(run_id: str, key: tuple[str, int], text: str, _settings: SearchSettings) -> Suggestion:
    return search(predictions(run_id, "val"), _settings)


@st.cache_resource(max_entries=100, show_spinner=False)
def _accuracies(
    run_id: str, key: tuple[str, int], partition: bytes, _grouping: Grouping
) -> Accuracies:
    return scorer(run_id, "val").accuracies(_grouping)

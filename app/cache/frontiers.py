"""The frontier of a run, and where groupings stand beside it: from validation, kept by settings."""

import streamlit as st

from app.cache.runs import predictions, predictions_key, scorer
from core.regrouping.frontier import FrontierPoint, compute_frontier, score_point
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.path import MergePath
from core.regrouping.suggesting.path import path as find_path
from core.regrouping.suggesting.settings import SearchSettings


def merge_path(run_id: str, settings: SearchSettings) -> MergePath:
    """Nested groupings of a run's classes.

    Raises:
        GroupingError: The method does not go step by step, or wishes contradict each other.
    """
    return _path(run_id, predictions_key(run_id, "val"), settings.model_dump_json(), settings)


def frontier(run_id: str, settings: SearchSettings) -> list[FrontierPoint]:
    """Scores along that path, from the most groups to the fewest.

    Raises:
        GroupingError: As ``merge_path``.
    """
    return _frontier(run_id, predictions_key(run_id, "val"), settings.model_dump_json(), settings)


def frontier_point(run_id: str, grouping: Grouping) -> FrontierPoint:
    """Where a grouping stands beside the frontier."""
    return _point(run_id, predictions_key(run_id, "val"), grouping.partition, grouping)


@st.cache_resource(max_entries=24, show_spinner="Merging step by step")
def _path(run_id: str, key: tuple[str, int], text: str, _settings: SearchSettings) -> MergePath:
    return find_path(predictions(run_id, "val"), _settings)


@st.cache_resource(max_entries=24, show_spinner="Scoring the path of merges")
def _frontier(run_id: str, key: tuple[str, int], text: str, _settings: SearchSettings) -> list[FrontierPoint]:
    return compute_frontier(scorer(run_id, "val"), merge_path(run_id, _settings))


@st.cache_resource(max_entries=500, show_spinner=False)
def _point(
    run_id: str, key: tuple[str, int], partition: bytes, _grouping: Grouping
) -> FrontierPoint:
    return score_point(scorer(run_id, "val"), _grouping)

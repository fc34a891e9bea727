"""The frontier of a run, and where groupings stand beside it: from validation, kept by settings."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from app.cache.runs import predictions, predictions_key, scorer
from core.regrouping.frontier import FrontierPoint, measure_grouping
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.path import MergePath
from core.regrouping.suggesting.path import path as find_path
from core.regrouping.suggesting.settings import SearchSettings

MAX_FRONTIERS = 24
FrontierKey = tuple[str, int, str]


class Frontier(NamedTuple):
    """A path of merges with its scores.

    Attributes:
        path: Nested groupings.
        points: Scores along the path, from the most groups to the fewest.
    """

    path: MergePath
    points: list[FrontierPoint]


@st.cache_resource
def frontiers() -> OrderedDict[FrontierKey, Frontier]:
    """What was computed on this server, the oldest first."""
    return OrderedDict()


def frontier_key(run_id: str, settings: SearchSettings) -> FrontierKey:
    """What tells a frontier from others."""
    return (*predictions_key(run_id, "val"), settings.model_dump_json())


def keep_frontier(kept: OrderedDict[FrontierKey, Frontier], key: FrontierKey, found: Frontier) -> None:
    """Keep a frontier; the oldest of many go."""
    kept[key] = found
    while len(kept) > MAX_FRONTIERS:
        kept.popitem(last=False)


def merge_path(run_id: str, settings: SearchSettings) -> MergePath:
    """Nested groupings of a run's classes; searched where no frontier was drawn on this server.

    Raises:
        GroupingError: The method does not go step by step, or wishes contradict each other.
    """
    found = frontiers().get(frontier_key(run_id, settings))
    return find_path(predictions(run_id, "val"), settings) if found is None else found.path


def frontier_measures(run_id: str, grouping: Grouping) -> Mapping[str, float]:
    """What a grouping has of each measure that the frontier is drawn over."""
    return _measures(run_id, predictions_key(run_id, "val"), grouping.partition, grouping)


@st.cache_resource(max_entries=500, show_spinner=False)
def _measures(
    run_id: str, key: tuple[str, int], partition: bytes, _grouping: Grouping
) -> Mapping[str, float]:
    return measure_grouping(scorer(run_id, "val"), _grouping)

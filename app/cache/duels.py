"""What Compare shows: duels and depths, kept until a run, its predictions or the groups change."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.cache.home import changed_at, workspace
from app.cache.runs import clusters, predictions
from core.regrouping.duel.comparison import compare
from core.regrouping.duel.contenders import Contender, check_contender
from core.regrouping.duel.depth import DepthTable, compare_depths
from core.regrouping.duel.results import Duel
from core.regrouping.grouping import Grouping
from core.runs.run import Run, list_runs

Key = tuple[tuple[str, int], ...]  # ids of runs, and when their predictions were written


def duel(full: Sequence[Run], grouping: Grouping, retrained: Sequence[Run]) -> Duel:
    """Runs on all classes, merged and summed, against runs on the groups, on test.

    Raises:
        PredictionsError: A run has no test predictions, or they cannot be compared.
        GroupingError: The grouping is for other classes, or a run for other groups.
    """
    return _duel(_key(full), _key(retrained), grouping.to_mapping(), grouping, full, retrained)


def depths(full: Run, grouping: Grouping, split: str) -> DepthTable:
    """Accuracy of full and grouped runs at each fine-tuning depth.

    Raises:
        ModelError: The network is unknown.
    """
    everyone = _key(list_runs(workspace()), split)
    return _depths(str(full.directory), everyone, grouping.to_mapping(), split, grouping)


def _key(runs: Sequence[Run], split: str = "test") -> Key:
    return tuple((str(run.directory), changed_at(run.predictions_path(split))) for run in runs)


@st.cache_resource(max_entries=50, show_spinner="Comparing")
def _duel(
    full_key: Key,
    retrained_key: Key,
    groups: dict[str, str],
    _grouping: Grouping,
    _full: Sequence[Run],
    _retrained: Sequence[Run],
) -> Duel:
    ours, theirs = ([_contender(run) for run in runs] for runs in (_full, _retrained))
    return compare(ours, _grouping, theirs, clusters=clusters(_full[0].id, "test"))


def _contender(run: Run) -> Contender:
    check_contender(run)
    return Contender(run.id, run.config.seed, run.status.seconds, predictions(run.id, "test"))


@st.cache_resource(max_entries=20, show_spinner="Reading the predictions of each depth")
def _depths(
    directory: str, everyone: Key, groups: dict[str, str], split: str, _grouping: Grouping
) -> DepthTable:
    return compare_depths(workspace(), Run(Path(directory)), _grouping, split=split)

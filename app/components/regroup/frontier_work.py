"""The work behind the panel "Frontier": merging and scoring in the background, with progress and Stop."""

import contextlib
import hashlib
from weakref import WeakSet

import streamlit as st

from app import cache
from app.cache.frontiers import Frontier, FrontierKey, frontier_key, frontiers, keep_frontier
from app.components.background_jobs import follow_job, is_running, is_unseen, start_job
from core.datasets.background import BackgroundJob
from core.datasets.parallel import Progress, progress_of_part
from core.errors import RegroupError, StoppedError
from core.regrouping.frontier import compute_frontier
from core.regrouping.suggesting.path import path
from core.regrouping.suggesting.settings import SearchSettings
from core.runs.run import Run

PATIENCE_S = 0.8  # what is done sooner is drawn without a line of progress
STOPPED = "regroup_frontier_stopped"  # the frontier that the person has stopped
UNDER_WAY = "regroup_frontier_job"  # the work that this browser began last
_replaced: WeakSet[BackgroundJob[Frontier]] = WeakSet()  # work that was stopped for other demands


def frontier_of(run: Run, settings: SearchSettings) -> Frontier | None:
    """Return the frontier, or draw how far the work on it is.

    Raises:
        GroupingError: Wishes contradict each other.
    """
    key = frontier_key(run.id, settings)
    found = frontiers().get(key)
    job = f"frontier-{run.id}-{hashlib.sha256(key[2].encode()).hexdigest()[:12]}"
    if found is not None:
        if not is_running(job):
            follow_job(job)  # its end has been seen here
        return found
    if not is_unseen(job) and st.session_state.get(STOPPED) != key:
        _start(run, settings, job, key)
    ended = follow_job(job)
    if ended is not None:
        try:
            return ended.result()
        except StoppedError:
            if ended in _replaced:  # not by a person: other demands came first
                return frontier_of(run, settings)
            st.session_state[STOPPED] = key
    if st.session_state.get(STOPPED) == key and not is_running(job):
        st.caption("This was stopped before its end; nothing is drawn.")
        st.button(
            "Draw the frontier",
            icon=":material/play_arrow:",
            key="regroup_frontier_start",
            on_click=lambda: st.session_state.pop(STOPPED, None),
        )
    return None


def _start(run: Run, settings: SearchSettings, job: str, key: FrontierKey) -> None:
    """Begin, and wait a moment for what is done soon."""
    predictions, scorer, kept = cache.predictions(run.id, "val"), cache.scorer(run.id, "val"), frontiers()

    def work(progress: Progress) -> Frontier:
        merging = progress_of_part(progress, "merging step by step", unit="merges")
        steps = path(predictions, settings, progress=merging)
        scoring = progress_of_part(progress, "scoring", unit="groupings")
        found = Frontier(steps, compute_frontier(scorer, steps, progress=scoring))
        keep_frontier(kept, key, found)
        return found

    before = st.session_state.get(UNDER_WAY)
    if before is not None:
        _replaced.add(before)
        before.stop()  # it was for other demands; nobody looks at it any more
    begun = st.session_state[UNDER_WAY] = start_job(job, "Frontier", work)
    with contextlib.suppress(TimeoutError, RegroupError):  # told by who follows the work
        begun.result(PATIENCE_S)

"""Progress of long work that goes on in the background of this server, with a way to stop it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.components.plain_text import plain
from app.components.run_words import duration
from app.failures import shown_as_text
from core.datasets.background import BackgroundJob
from core.datasets.parallel import Progress
from core.errors import DatasetError
from core.words import how_much

POLL_S = 0.5  # seconds between two looks while something is under way


def start_job(key: str, title: str, work: Callable[[Progress], Any]) -> BackgroundJob[Any]:
    """Start work under a key; one of a key at a time on this server, whichever browser asked.

    Args:
        key: What kind of work on what, such as ``"scan-birds"``.
        title: For the progress line.
        work: Called with a progress function, see ``BackgroundJob``.

    Raises:
        DatasetError: Work under this key is already under way.
    """
    running = jobs().get(key)
    if running is not None and running.is_running:
        raise DatasetError(f"{running.title} is already under way; wait for it or stop it first.")
    job: BackgroundJob[Any] = BackgroundJob(title, work)
    jobs()[key] = st.session_state[_own(key)] = st.session_state[_followed(key)] = job
    return job


def follow_job(key: str, *, unit: str = "images") -> BackgroundJob[Any] | None:
    """Draw the progress of the work under a key; return it once in each browser after it has ended.

    The page runs anew when the work ends. While it runs, ``is_running(key)`` is true and None is returned.
    """
    job = jobs().get(key)
    if job is not None and job.is_running:
        st.session_state.setdefault(_followed(key), job)  # also in a browser that did not start it
    followed: BackgroundJob[Any] | None = st.session_state.get(_followed(key))
    if followed is None:
        return None
    if followed.is_running:
        st.fragment(_draw, run_every=POLL_S)(followed, unit)
        return None
    del st.session_state[_followed(key)]
    if jobs().get(key) is followed:
        del jobs()[key]
    return followed


def is_running(key: str) -> bool:
    """Whether work under a key is under way."""
    job = jobs().get(key)
    return job is not None and job.is_running


def is_unseen(key: str) -> bool:
    """Whether this browser follows work under a key: it is under way, or its end was not yet told here."""
    return is_running(key) or st.session_state.get(_followed(key)) is not None


@st.cache_resource
def jobs() -> dict[str, BackgroundJob[Any]]:
    """All work of this server by its key; what has ended stays until a browser has seen its end."""
    return {}


def is_own(key: str, job: BackgroundJob[Any]) -> bool:
    """Whether this browser started the job; true once."""
    return st.session_state.pop(_own(key), None) is job


def how_far(job: BackgroundJob[Any], unit: str) -> str:
    """Return how much of the present part of a job is done, in words; bytes as megabytes.

    Args:
        job: The work.
        unit: What it counts where it does not say so itself.
    """
    return how_much(job.done, job.total, job.unit or unit)


def _draw(job: BackgroundJob[Any], unit: str) -> None:
    with shown_as_text():
        if not job.is_running:
            st.rerun()
        left = "" if job.seconds_left is None else f", {duration(job.seconds_left)} left"
        doing = f"{job.doing}, " if job.doing else ""
        text = f"{doing}{how_far(job, unit)}{left}" if job.total or job.done else job.doing or "Starting"
        share = min(job.done / job.total, 1.0) if job.total else 0.0
        st.progress(share, text=f"{plain(job.title)}: {plain(text)}")
        kept = "Nothing half-made is kept."
        st.button("Stop", icon=":material/stop:", on_click=job.stop, help=kept, key=f"stop_{id(job)}")


def _own(key: str) -> str:
    return f"own_job_{key}"


def _followed(key: str) -> str:
    return f"followed_job_{key}"

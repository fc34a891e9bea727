"""Making a dataset of another one in the background, and what is said when it is there."""

import streamlit as st

from app import cache, state
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.store import free_dataset_name


def follow_deriving(job: str) -> bool:
    """Draw the progress of a job, and go to what it made; returns whether one is under way."""
    ended = follow_job(job)
    if ended is not None:
        is_mine = is_own(job, ended)
        with shown_as_text():
            made: Dataset = ended.result()
            st.toast(f"Made {plain(made.name)}: {made.num_images:,} images.", icon=":material/check:")
            if is_mine:
                state.choose(dataset=made.name)
                st.rerun()
    return is_running(job)


def choose_name(dataset: Dataset, suffix: str) -> str:
    """Let the person name the new dataset; the suggestion is one that is free."""
    suggested = free_dataset_name(cache.workspace(), f"{dataset.name} {suffix}")
    typed = st.text_input(
        "Name of the new dataset", placeholder=suggested, **state.bind(f"{suffix}_name_{dataset.name}")
    )
    return typed.strip() or suggested


def make_button(job: str, dataset: Dataset, derivation: Derivation, name: str) -> None:
    """Draw the button that starts the work."""
    if st.button(
        "Make the dataset",
        type="primary",
        icon=":material/add:",
        key=f"{job}_make",
        help="A dataset of its own with the same pictures: none is stored a second time.",
    ):
        workspace = cache.workspace()
        work = lambda tell: derive_dataset(workspace, dataset, derivation, name=name, progress=tell)  # noqa: E731
        start_job(job, f"Making {name}", work)
        st.rerun()

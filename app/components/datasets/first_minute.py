"""The first minute: one click from the built-in pictures to a network in training."""

import streamlit as st

from app import cache, state
from app.navigation import Page, go_to
from core.datasets.dataset import Dataset
from core.jobs.queue import submit
from core.runs.config import RunConfig

DATASET = "shapes"
SETTINGS = {"model": "small_cnn", "image_size": 64, "epochs": 10}  # about a minute on two CPU cores


def first_minute_card(dataset: Dataset) -> None:
    """Draw the card on the ``shapes`` dataset as long as nothing has been trained on it."""
    if dataset.name != DATASET or DATASET in cache.run_datasets().values():
        return
    with st.container(border=True):
        st.markdown(
            "**Try the loop: train a small network on these pictures (about a minute)**  \n"
            "Then see which shapes it confuses, click them together, and look at what that changes."
        )
        if st.button("Try the loop", type="primary", icon=":material/play_arrow:"):
            run = submit(cache.workspace(), RunConfig.make(dataset=DATASET, **SETTINGS))
            state.choose(run=run.id)
            go_to(Page.RUNS)

"""The pictures of a run as it saw them, clean or occluded."""

import streamlit as st

from app import cache
from app.components.plain_text import plain
from core.datasets.dataset import Dataset
from core.datasets.preparing.shown import has_same_images
from core.evaluation.shown import occluded_name
from core.runs.run import Run
from core.words import name_splits


def pictures_shown(run: Run, split: str) -> Dataset:
    """Return the dataset whose pictures a run saw in a split, and say so where it is not its own.

    Where the occluded ones are gone or have changed it says that, and gives the clean ones.
    """
    shown = find_shown(run, split)
    name = occluded_name(run.config, split)
    if name is None:
        return shown
    pictures = f"{name_splits([split])} pictures of {plain(name)}"
    if shown.name == name:
        st.caption(
            f"As the run saw them: {pictures}.",
            help="The run was shown the pictures of another dataset, in which a part of each is hidden.",
        )
    else:
        st.warning(f"The run saw {pictures}. They are gone or have changed, so the clean ones are shown.")
    return shown


def find_shown(run: Run, split: str) -> Dataset:
    """Return the dataset whose pictures a run saw in a split; its own where the occluded one is gone."""
    dataset = cache.dataset(run.config.dataset)
    name = occluded_name(run.config, split)
    if name is None or name not in cache.dataset_names():
        return dataset
    occluded = cache.dataset(name)
    fits = occluded.occlusion is not None and has_same_images(dataset, occluded)
    return occluded if fits else dataset

"""What pages read, kept between clicks: loaders around ``core``, keyed by name and file time."""

import gc

import streamlit as st

from app.cache.datasets import (
    augmented,
    dataset,
    dataset_key,
    dataset_names,
    grouping_choices,
    image_map,
    mean_images_of,
    picture_index,
    scan,
    thumbnails_of,
    trouble,
)
from app.cache.home import workspace
from app.cache.runs import (
    class_order,
    config,
    confusion,
    explained,
    grouping_score,
    history,
    label_issues,
    predictions,
    run,
    run_datasets,
)

__all__ = [
    "augmented",
    "class_order",
    "config",
    "confusion",
    "dataset",
    "dataset_key",
    "dataset_names",
    "explained",
    "freeze_modules",
    "grouping_choices",
    "grouping_score",
    "history",
    "image_map",
    "label_issues",
    "mean_images_of",
    "picture_index",
    "predictions",
    "run",
    "run_datasets",
    "scan",
    "thumbnails_of",
    "trouble",
    "workspace",
]


@st.cache_resource
def freeze_modules() -> None:
    """Take what is imported by the first page out of every later garbage collection: once in a process."""
    gc.freeze()

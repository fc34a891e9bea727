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
from app.cache.models import layer_table, occluded_datasets, trained_runs
from app.cache.runs import (
    about,
    class_order,
    config,
    confusion,
    explained,
    grouping_score,
    history,
    is_archived,
    label_issues,
    load_gauge,
    predictions,
    run,
    run_datasets,
    run_name,
    val_counts,
)

__all__ = [
    "about",
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
    "is_archived",
    "label_issues",
    "layer_table",
    "load_gauge",
    "mean_images_of",
    "occluded_datasets",
    "picture_index",
    "predictions",
    "run",
    "run_datasets",
    "run_name",
    "scan",
    "thumbnails_of",
    "trained_runs",
    "trouble",
    "val_counts",
    "workspace",
]


@st.cache_resource
def freeze_modules() -> None:
    """Take what is imported by the first page out of every later garbage collection: once in a process."""
    gc.freeze()

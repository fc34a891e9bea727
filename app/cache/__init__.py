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
from app.cache.duels import depths, duel
from app.cache.evidence import evidence_of_block, evidence_of_pair, looks
from app.cache.groupings import saved_groupings
from app.cache.home import workspace
from app.cache.models import layer_table, occluded_datasets, trained_runs
from app.cache.orders import class_order, merge_tree, order_score, order_scores, sparse_counts, worst_pair
from app.cache.runs import (
    about,
    clusters,
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
    scorer,
    val_counts,
)
from app.cache.truth import answerable, class_changes, group_rates, price, search_gains

__all__ = [
    "about",
    "answerable",
    "augmented",
    "class_changes",
    "class_order",
    "clusters",
    "dataset",
    "dataset_key",
    "dataset_names",
    "depths",
    "duel",
    "evidence_of_block",
    "evidence_of_pair",
    "explained",
    "freeze_modules",
    "group_rates",
    "grouping_choices",
    "grouping_score",
    "history",
    "image_map",
    "is_archived",
    "label_issues",
    "layer_table",
    "load_gauge",
    "looks",
    "mean_images_of",
    "merge_tree",
    "occluded_datasets",
    "order_score",
    "order_scores",
    "picture_index",
    "predictions",
    "price",
    "run",
    "run_datasets",
    "run_name",
    "saved_groupings",
    "scan",
    "scorer",
    "search_gains",
    "sparse_counts",
    "thumbnails_of",
    "trained_runs",
    "trouble",
    "val_counts",
    "workspace",
    "worst_pair",
]


@st.cache_resource
def freeze_modules() -> None:
    """Take what is imported by the first page out of every later garbage collection: once in a process."""
    gc.freeze()

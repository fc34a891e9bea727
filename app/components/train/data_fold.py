"""Fold "Data": what the network is shown, and at which size."""

from typing import Any

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.train.fields import FIELDS, choice_field, image_size_field, rare_fields
from core.datasets.dataset import Dataset
from core.regrouping.keeping.store import list_groupings

RESIZES = {"area": "Area", "bilinear": "Bilinear", "bicubic": "Bicubic", "lanczos": "Lanczos"}
FITS = {"stretch": "Stretch", "pad": "Pad with black", "crop": "Crop to the middle"}
SCALINGS = {
    "auto": "What the network was made for",
    "unit": "0 to 1",
    "symmetric": "-1 to 1",
    "standard": "Mean 0, spread 1",
    "minmax": "Training minimum to maximum",
}
SHOWN_OCCLUDED = {"both": "All images", "train": "Those to learn from", "test": "Test images"}


def data_fold(dataset: Dataset, problems: list[str]) -> dict[str, Any]:
    """Draw the fold; returns its settings.

    Args:
        dataset: The dataset to train on.
        problems: Where sentences on wrong fields go.
    """
    left, right = st.columns(2)
    with left:
        settings: dict[str, Any] = {"dataset": dataset.name, "grouping": _grouping(dataset)}
    with right:
        settings["image_size"] = image_size_field(problems)
    settings |= _occluded(dataset)
    with rare_fields("train_more_data") as rare:
        rare["resize"] = choice_field("resize", "Resizing", RESIZES)
        rare["fit"] = choice_field("fit", "Other proportions", FITS)
        rare["scaling"] = choice_field("scaling", "Pixel values", SCALINGS)
    return settings | rare


def _grouping(dataset: Dataset) -> str | None:
    names = [saved.name for saved in list_groupings(cache.workspace(), dataset.name)]
    key = f"train_grouping_{dataset.name}"
    if st.session_state.get(key) not in names:
        st.session_state[key] = None
    chosen: str | None = st.selectbox(
        "Grouping",
        names,
        index=None,
        disabled=not names,
        placeholder="None: every class by itself" if names else "None saved yet",
        help=FIELDS["grouping"].description,
        **state.bind(key),
    )
    return chosen


def _occluded(dataset: Dataset) -> dict[str, Any]:
    """Draw the choice of an occluded dataset of the same pictures, where there is one."""
    parts = cache.occluded_datasets(dataset.name)
    names = list(parts)
    key = f"train_occluded_{dataset.name}"
    if st.session_state.get(key) not in names:
        st.session_state[key] = None
    if not names:
        return {}
    left, right = st.columns(2)
    with left:
        chosen = st.selectbox(
            "Occluded pictures",
            names,
            index=None,
            placeholder="None: the clean ones",
            format_func=plain,
            help=FIELDS["occluded_with"].description,
            **state.bind(key),
        )
    if chosen is None:
        return {}
    with right:
        return {
            "occluded_with": chosen,
            "occluded_splits": choice_field(
                "occluded_splits", "Shown occluded", {part: SHOWN_OCCLUDED[part] for part in parts[chosen]}
            ),
        }

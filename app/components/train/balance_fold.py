"""Fold "Imbalance and augmentation": classes with few images, and more variety for all."""

from typing import Any

import streamlit as st

from app.components.datasets.parts import Part, open_part
from app.components.train.augmentation_form import augmentation_form, choose_preset
from app.components.train.fields import choice_field, decimal_field, number_field
from app.navigation import Page, go_to

CLASS_WEIGHTS = {"none": "None", "balanced": "Balanced", "effective": "By effective number"}
SAMPLINGS = {"natural": "Natural", "balanced": "Balanced"}
LOSSES = {"cross_entropy": "Cross-entropy", "focal": "Focal"}


def balance_fold() -> dict[str, Any]:
    """Draw the fold; returns its settings."""
    settings = _imbalance()
    st.markdown(
        "**Augmentation** changes every training image a little: more variety, less learned by heart."
    )
    choose_preset()
    settings["augmentation"] = augmentation_form()
    if settings["augmentation"] is not None:
        settings |= _views()
    if st.button("See it on pictures", icon=":material/visibility:", help="Nine variants of an image."):
        open_part(Part.AUGMENT)
        go_to(Page.DATASETS)
    return settings


def _imbalance() -> dict[str, Any]:
    left, middle, right = st.columns(3)
    settings: dict[str, Any] = {}
    with left:
        settings["class_weights"] = choice_field("class_weights", "Class weights", CLASS_WEIGHTS)
        if settings["class_weights"] == "effective":
            settings["effective_beta"] = decimal_field("effective_beta", "Beta", step=0.001)
    with middle:
        settings["sampling"] = choice_field("sampling", "Sampling", SAMPLINGS)
    with right:
        settings["loss"] = choice_field("loss", "Loss", LOSSES)
        if settings["loss"] == "focal":
            settings["focal_gamma"] = decimal_field("focal_gamma", "Gamma", step=0.5)
    if settings["class_weights"] == settings["sampling"] == "balanced":
        st.info(
            "Weights and sampling both make up for small classes; together they count twice. One is enough.",
            icon=":material/info:",
        )
    return settings


def _views() -> dict[str, Any]:
    views = number_field("augmentation_views", "Fixed views of each image")
    if views:
        st.caption(
            f"Each image is changed {views} times before the training, and the epochs take these in turn: "
            f"frozen layers are computed {views} times an image in all instead of once an epoch, but after "
            f"{views} epochs the network sees nothing new."
        )
    else:
        st.caption(
            "Every epoch changes each image anew: the most variety, but frozen layers are computed again in "
            "every epoch. Some fixed views, such as 5, are faster."
        )
    return {"augmentation_views": views}

"""Fold "Computing": on what and how exactly; for most people never opened."""

from typing import Any

import streamlit as st

from app.components.train.fields import choice_field, number_field, toggle_field

PRECISIONS = {
    "auto": "Automatic",
    "float32": "32 bits",
    "mixed_float16": "Mixed, float16",
    "mixed_bfloat16": "Mixed, bfloat16",
}
SWITCHES = {"auto": "Automatic", "on": "On", "off": "Off"}
CACHES = {"auto": "Automatic", "off": "Off"}
CACHE_PRECISIONS = {"float16": "16 bits", "float32": "32 bits"}


def computing_fold() -> dict[str, Any]:
    """Draw the fold; returns its settings."""
    settings: dict[str, Any] = {}
    left, right = st.columns(2)
    with left:
        settings["precision"] = choice_field("precision", "Precision", PRECISIONS)
        settings["feature_cache"] = choice_field("feature_cache", "Keep frozen features", CACHES)
        settings["num_devices"] = number_field("num_devices", "GPUs")
    with right:
        settings["xla"] = choice_field("xla", "XLA", SWITCHES)
        if settings["feature_cache"] == "auto":
            settings["cache_precision"] = choice_field("cache_precision", "Kept with", CACHE_PRECISIONS)
    settings["deterministic"] = toggle_field("deterministic", "Exact repetition")
    return settings

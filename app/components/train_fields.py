"""Single fields of a run's settings, for the Train page and for the part "Augment" of the Datasets page."""

from typing import Any

import streamlit as st

from app import state
from core.models.catalog import CATALOG
from core.runs.config import RunConfig

FIELDS = RunConfig.model_fields


def image_size_field() -> str:
    """Draw the field for the image size, which begins with the size that the chosen model was made for."""
    model = st.session_state.get("train_model", FIELDS["model"].default)
    start_with("image_size", CATALOG[model].default_image_size.text)
    return st.text_input(
        "Image size (pixels)", help=FIELDS["image_size"].description, **state.bind("train_image_size")
    )


def seed_field() -> int:
    """Draw the field for the seed."""
    return number_field("seed", "Seed")


def number_field(name: str, label: str, *, step: int = 1) -> int:
    """Draw a field for a whole number within the limits of the setting."""
    start_with(name, FIELDS[name].default)
    limits = FIELDS[name].metadata
    low = next(limit.ge for limit in limits if hasattr(limit, "ge"))
    high = next(limit.le for limit in limits if hasattr(limit, "le"))
    return int(
        st.number_input(
            label,
            min_value=low,
            max_value=high,
            step=step,
            help=FIELDS[name].description,
            **state.bind(f"train_{name}"),
        )
    )


def start_with(name: str, value: Any) -> None:
    """Give a widget its first value; afterward the session keeps it."""
    st.session_state.setdefault(f"train_{name}", value)

"""The parts of the Datasets page, of which one is drawn at a time; the chosen one stands in the URL."""

from collections.abc import Callable

import streamlit as st

from app.components.datasets.augmentation import augmentation_part
from app.components.datasets.class_rows import class_rows_part
from app.components.datasets.map import map_part
from app.components.datasets.overview import overview_part
from app.components.datasets.pictures import pictures_part
from app.components.datasets.prepare import prepare_part
from app.components.datasets.trouble import trouble_part
from core.datasets.dataset import Dataset

KEY = "part"  # of the widget, and the name in the URL
PARTS: dict[str, tuple[str, Callable[[Dataset], None]]] = {
    "overview": ("Overview", overview_part),
    "pictures": ("Pictures", pictures_part),
    "classes": ("Classes", class_rows_part),
    "map": ("Map", map_part),
    "trouble": ("Find trouble", trouble_part),
    "prepare": ("Prepare", prepare_part),
    "augment": ("Augment", augmentation_part),
}


def choose_part() -> Callable[[Dataset], None]:
    """Draw the row of parts; return the function that draws the chosen one."""
    chosen = st.segmented_control(
        "Part of the page",
        list(PARTS),
        default="overview",
        format_func=lambda part: PARTS[part][0],
        required=True,
        label_visibility="collapsed",
        key=KEY,
        bind="query-params",
    )
    return PARTS[chosen or "overview"][1]


def open_part(part: str) -> None:
    """Go to a part of the page; a callback of a button there."""
    st.session_state[KEY] = part

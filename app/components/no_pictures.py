"""What is said where there is nothing to look at: predictions made elsewhere came without pictures."""

import streamlit as st

from app.components.plain_text import plain
from core.datasets.dataset import Dataset


def tell_no_pictures(dataset: Dataset, *, otherwise: str) -> bool:
    """Say that a dataset has no pictures, if so; returns whether it has none.

    Args:
        dataset: Which.
        otherwise: What can be done instead, a whole sentence.
    """
    if not dataset.has_pictures:
        st.info(
            f"{plain(dataset.name)} came with predictions made elsewhere and has no pictures. {otherwise}",
            icon=":material/hide_image:",
        )
    return not dataset.has_pictures

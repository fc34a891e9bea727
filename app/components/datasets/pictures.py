"""Part "Pictures": the images of the dataset, a page at a time, by class and split."""

import streamlit as st

from app import state
from app.components.thumbnail_grid import thumbnail_grid
from app.failures import shown_as_text
from core.datasets.browse import find_samples
from core.datasets.dataset import SPLITS, Dataset

PAGE_SIZE = 60  # pictures
SPLIT_TITLES = dict(zip(SPLITS, ("Training", "Validation", "Test"), strict=True))


@st.fragment
def pictures_part(dataset: Dataset) -> None:
    """Draw the choice of class and split, the pictures, and the page buttons."""
    with shown_as_text():
        left, right = st.columns([1, 1])
        class_name = left.selectbox(
            "Class",
            dataset.class_names,
            index=None,
            placeholder="All classes",
            **state.bind(f"samples_class_{dataset.name}"),
        )
        split = right.segmented_control(
            "Split",
            SPLITS,
            format_func=SPLIT_TITLES.__getitem__,
            help="Training pictures are learned from, validation pictures decide between settings, "
            "test pictures are looked at last. Without a choice, all are shown.",
            **state.bind(f"samples_split_{dataset.name}"),
        )
        found = find_samples(dataset, class_name=class_name, split=split)
        if not len(found):
            st.caption("No pictures of this class in this split.")
            return
        num_pages = -(-len(found) // PAGE_SIZE)
        where = f"{dataset.name}_{class_name}_{split}"
        page = int(st.session_state.get(f"samples_page_{where}", 1))
        shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        labels = dataset.labels(shown)
        captions = [dataset.class_names[label] for label in labels] if class_name is None else None
        thumbnail_grid(dataset, shown, captions=captions, key="sample_grid")
        first = (page - 1) * PAGE_SIZE + 1
        st.caption(f"Pictures {first:,} to {first + len(shown) - 1:,} of {len(found):,}")
        if num_pages > 1:
            st.pagination(num_pages, **state.bind(f"samples_page_{where}"))

"""Part "Prepare": divide anew, hide a part of the pictures, make a dataset of this one, write it out."""

from collections.abc import Callable

import streamlit as st

from app.components.datasets.derive_fold import derive_fold
from app.components.datasets.divide_fold import divide_fold
from app.components.datasets.export_fold import export_fold
from app.components.datasets.occlude_fold import occlude_fold
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.dataset import Dataset

Fold = tuple[str, str, Callable[[Dataset], None]]
FOLDS: dict[str, Fold] = {  # key of the widget and name in the URL: title, icon, what draws it
    "divide": (
        "Divide: which pictures are for training, which for the test",
        ":material/call_split:",
        divide_fold,
    ),
    "occlude": ("Occlude: hide a part of each picture", ":material/hide_image:", occlude_fold),
    "derive": ("Derive: fewer pictures, fewer or joined classes", ":material/content_cut:", derive_fold),
    "export": ("Export: for other programs", ":material/folder_zip:", export_fold),
}


def prepare_part(dataset: Dataset) -> None:
    """Draw the folds; only open ones do any work."""
    st.markdown(
        "Get the pictures ready for training. Your files are never changed: divisions can be undone, and "
        "what is made of this dataset is a dataset of its own."
    )
    if dataset.origin:
        st.caption(f":material/account_tree: {plain(dataset.origin)}")
    for key, (title, icon, draw) in FOLDS.items():
        fold = st.expander(title, icon=icon, key=key, bind="query-params")
        if fold.open:
            with fold, shown_as_text():
                draw(dataset)

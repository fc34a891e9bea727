"""The pictures of the points that are selected on the map, and what can be done with them."""

import numpy as np
import pandas as pd
import streamlit as st

from app.components.class_chips import class_chips
from app.components.datasets.edit_bar import edit_bar
from app.components.datasets.map_figure import PAGE, clear_selection
from app.components.picture_picker import picture_picker
from core.datasets.dataset import Dataset
from core.words import counted

PAGE_SIZE = 48  # pictures
LARGE = 320  # CSS pixels of a picture that is selected alone
SMALL = 84
PANEL_HEIGHT = 440  # pixels; more pictures scroll
MAX_CHIPS = 8  # classes
EMPTY = (
    "**Nothing is selected.** Draw a box around points with the mouse: their pictures open here, to look at, "
    "relabel or leave out. The lasso above the map draws any shape, a click takes one point, and Shift adds "
    "to what is selected. A click on a name in the legend hides its points."
)

ORDER_HELP = (
    "The first picture of each class, then the second of each, and so on; classes with few selected pictures "
    "come first, so that what does not belong where it lies is seen early."
)


def selected_pictures(dataset: Dataset, sample_ids: np.ndarray) -> None:
    """Draw the pictures a page at a time, below the buttons that edit them.

    Args:
        dataset: Whose.
        sample_ids: The selected ones, ascending.
    """
    if not len(sample_ids):
        st.info(EMPTY, icon=":material/select_all:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        count = counted(len(sample_ids))
        st.markdown(f"**{count} selected**", width="content", help=ORDER_HELP)
        st.button(
            "Clear", icon=":material/close:", on_click=clear_selection, args=(dataset,), key="map_clear"
        )
    _classes(dataset, sample_ids)
    buttons = st.container()
    page = _choose_page(-(-len(sample_ids) // PAGE_SIZE))
    shown = _rare_first(dataset, sample_ids)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    captions = [dataset.class_names[label] for label in dataset.labels(shown)]
    size = LARGE if len(sample_ids) == 1 else SMALL
    with st.container(height=PANEL_HEIGHT, border=False):
        chosen = picture_picker(dataset, shown, captions=captions, key="map_picker", size=size)
    with buttons:
        edit_bar(dataset, chosen or sample_ids, key="map_edit")
        if not chosen and len(sample_ids) > 1:
            st.caption("The buttons act on all selected images, or only on those that you click below.")


def _choose_page(num_pages: int) -> int:
    page = min(int(st.session_state.get(PAGE, 1)), num_pages)
    if num_pages > 1:
        st.session_state[PAGE] = page
        st.pagination(num_pages, key=PAGE)
    return page


def _rare_first(dataset: Dataset, sample_ids: np.ndarray) -> np.ndarray:
    """Put one image of each class first, then the second of each, and so on; rare classes before frequent."""
    labels = dataset.labels(sample_ids)
    turn = pd.Series(labels).groupby(labels).cumcount().to_numpy()
    return sample_ids[np.lexsort((labels, np.bincount(labels)[labels], turn))]


def _classes(dataset: Dataset, sample_ids: np.ndarray) -> None:
    """Draw how many images of which class are selected, the most frequent first."""
    sizes = np.bincount(dataset.labels(sample_ids), minlength=dataset.num_classes)
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)].tolist()
    chips = [(index, dataset.class_names[index], int(sizes[index])) for index in order[:MAX_CHIPS]]
    others = len(order) - len(chips)
    class_chips(chips, rest=f"and {others} other classes" if others else "")

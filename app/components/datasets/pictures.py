"""Part "Pictures": the images of the dataset, filtered and sorted, a page at a time, to choose and edit."""

from dataclasses import replace

import numpy as np
import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.datasets.edit_bar import edit_bar
from app.components.datasets.edit_history import edit_history_popover
from app.components.datasets.picture_dialog import open_picture, show_open_picture
from app.components.datasets.picture_filters import draw_filters, key_of, obey_url, write_url
from app.components.datasets.scanning import scan_of
from app.components.picture_picker import picture_picker
from app.failures import shown_as_text
from core.datasets.browsing.index import PictureIndex
from core.datasets.browsing.picture_filter import Filter, Sort, needs_scan, without_scan
from core.datasets.browsing.picture_query import PictureQuery, fit_page, query_arguments
from core.datasets.dataset import Dataset

PICKER = "picture_grid"
# What can be done with the chosen pictures stays in sight while the grid is scrolled.
STICKY = """<style>[data-testid=stLayoutWrapper]:has(> .st-key-picture_actions) { position: sticky; bottom: 0;
z-index: 10; } .st-key-picture_actions { padding: .6rem; border-radius: .5rem; backdrop-filter: blur(12px);
background: light-dark(rgb(240 242 246 / 90%), rgb(40 40 40 / 90%)); }</style>"""


@st.fragment
def pictures_part(dataset: Dataset) -> None:
    """Draw filters, the page of pictures, what can be done with the chosen ones, and the page buttons."""
    with shown_as_text():
        index = cache.picture_index(dataset.name)
        obey_url(index)
        query = draw_filters(index)
        found = index.find(*_known_so_far(dataset, index, query))
        query = fit_page(_page_of(dataset, query), len(found))
        write_url(query)
        st.session_state[key_of("page", dataset.name)] = query.page
        if not len(found):
            st.info("No picture passes these filters; clear some of them.", icon=":material/filter_alt_off:")
            show_open_picture(dataset, opener=PICKER)  # an edit in the dialog may have emptied the list
            return
        _draw_page(dataset, query, found)


def _known_so_far(dataset: Dataset, index: PictureIndex, query: PictureQuery) -> tuple[Filter, Sort]:
    """Return filter and order; what only a scan knows is left out until there is one, which is offered."""
    if index.scan is not None or not needs_scan(query.wanted, query.order):
        return query.wanted, query.order
    st.info(
        "What you ask for is known once the pictures have been scanned; they are shown without it so far.",
        icon=":material/image_search:",
    )
    scan_of(dataset)
    return without_scan(query.wanted, query.order)


def _page_of(dataset: Dataset, query: PictureQuery) -> PictureQuery:
    """Begin with the first page when something else is asked for than before."""
    asked = (query.wanted, query.order, query.page_size)
    key = key_of("asked", dataset.name)
    is_same = st.session_state.get(key, asked) == asked
    st.session_state[key] = asked
    return query if is_same else replace(query, page=1)


def _draw_page(dataset: Dataset, query: PictureQuery, found: np.ndarray) -> None:
    first = (query.page - 1) * query.page_size
    shown = found[first : first + query.page_size]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{first + 1:,}-{first + len(shown):,}** of {len(found):,}", width="content")
        _draw_pages(dataset, query, len(found), "top")
        command_popover(["datasets", "pictures", dataset.name, *query_arguments(query)])
    labels = dataset.labels(shown)
    names = [dataset.class_names[label] if label >= 0 else "no class" for label in labels]
    captions = None if len(query.wanted.classes) == 1 else names
    chosen = picture_picker(dataset, shown, captions=captions, key=PICKER)
    st.html(STICKY if chosen else "<style></style>")
    with st.container(horizontal=True, vertical_alignment="center", key="picture_actions"):
        st.button(
            "Open", icon=":material/open_in_full:", disabled=not chosen, key="open_chosen",
            help="The full picture with its record, as a double click does.",
            on_click=lambda: open_picture(dataset, chosen[0], shown, opener=PICKER),
        )  # fmt: skip
        edit_bar(dataset, chosen, key="pictures_edit")
        edit_history_popover(dataset, key="pictures_history")
    _draw_pages(dataset, query, len(found), "bottom")


def _draw_pages(dataset: Dataset, query: PictureQuery, num_found: int, where: str) -> None:
    """Draw the page buttons, above and below the grid; both stand at the same page."""
    num_pages = -(-num_found // query.page_size)
    if num_pages < 2:
        return
    key = f"pictures_pages_{where}"
    st.session_state[key] = query.page
    st.pagination(num_pages, key=key, on_change=_turn, args=(dataset.name, key))


def _turn(dataset_name: str, key: str) -> None:
    st.session_state[key_of("page", dataset_name)] = st.session_state[key]

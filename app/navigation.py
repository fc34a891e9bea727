"""The pages in the order of the loop, and how to go from one to another."""

from enum import StrEnum
from typing import NoReturn

import streamlit as st


class Page(StrEnum):
    """The pages; a value is the page's file below ``app/``."""

    DATASETS = "views/datasets.py"
    TRAIN = "views/train.py"
    RUNS = "views/runs.py"
    EVALUATE = "views/evaluate.py"
    REGROUP = "views/regroup.py"
    COMPARE = "views/compare.py"
    LOOK_INSIDE = "views/look_inside.py"


ICONS = {
    Page.DATASETS: ":material/photo_library:",
    Page.TRAIN: ":material/model_training:",
    Page.RUNS: ":material/monitoring:",
    Page.EVALUATE: ":material/fact_check:",
    Page.REGROUP: ":material/join:",
    Page.COMPARE: ":material/balance:",
    Page.LOOK_INSIDE: ":material/visibility:",
}


def title_of(page: Page) -> str:
    """Title of a page as the sidebar shows it.

    >>> title_of(Page.LOOK_INSIDE)
    'Look inside'
    """
    return page.name.replace("_", " ").capitalize()


def all_pages() -> list[st.Page]:
    """Return the pages for ``st.navigation``."""
    return [
        st.Page(page.value, title=title_of(page), icon=ICONS[page], default=page is Page.DATASETS)
        for page in Page
    ]


def go_to(page: Page) -> NoReturn:
    """Leave this page for another; the chosen dataset and run go along."""
    # Without new parameters Streamlit refuses to leave a page of which a widget stands in the URL.
    st.switch_page(page.value, query_params={})

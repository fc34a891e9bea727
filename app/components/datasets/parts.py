"""The parts of the Datasets page, of which one is drawn at a time; the chosen one stands in the URL."""

from enum import StrEnum

import streamlit as st

KEY = "part"  # of the widget, and the name in the URL


class Part(StrEnum):
    """The parts in their order; a value is what the page and the URL show."""

    OVERVIEW = "Overview"
    PICTURES = "Pictures"
    CLASSES = "Classes"
    MAP = "Map"
    TROUBLE = "Find trouble"
    PREPARE = "Prepare"
    AUGMENT = "Augment"


def choose_part() -> Part:
    """Draw the row of parts; return the chosen one."""
    st.session_state.setdefault(KEY, Part.OVERVIEW)
    chosen = st.segmented_control(
        "Part of the page",
        list(Part),
        required=True,
        label_visibility="collapsed",
        key=KEY,
        bind="query-params",
    )
    return Part(chosen or Part.OVERVIEW)


def open_part(part: Part) -> None:
    """Go to a part of the page; a callback of a button there."""
    st.session_state[KEY] = part


def go_to_part_button(title: str, part: Part, *, icon: str, key: str) -> None:
    """Draw a button that opens another part of the page, also from within a fragment."""
    if st.button(title, icon=icon, type="tertiary", key=key, on_click=open_part, args=(part,)):
        st.rerun()

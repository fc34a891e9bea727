"""Errors as text: what a user can repair is shown as its sentence, wherever on a page it happens."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import RegroupError


@contextmanager
def shown_as_text() -> Iterator[None]:
    """Show a ``RegroupError`` as its sentence; around every page, and inside every fragment.

    A fragment runs without the page around it, so it needs this of its own.
    """
    try:
        yield
    except RegroupError as error:
        st.error(str(error), icon=":material/error:")

"""Errors as text: what a user can repair is shown as its sentence, wherever on a page it happens."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import RegroupError, StoppedError


@contextmanager
def shown_as_text() -> Iterator[None]:
    """Show a ``RegroupError`` as its sentence; around every page, and inside every fragment.

    What the person has stopped is told too, but not as a failure.

    A fragment runs without the page around it, so it needs this of its own.
    """
    try:
        yield
    except StoppedError as error:
        st.info(str(error), icon=":material/stop_circle:")
    except RegroupError as error:
        st.error(str(error), icon=":material/error:")

"""The "Command" popover: the command line and the Python lines that do what the page does."""

import shlex
from collections.abc import Sequence

import streamlit as st


def command_popover(
    arguments: Sequence[str], python: str | None = None, *, label: str = "Command", key: str | None = None
) -> None:
    """Draw a popover with copyable lines.

    Args:
        arguments: What follows ``regroup`` on the command line, one item an argument.
        python: Lines of Python that do the same.
        label: What the button says; another where a page shows several.
        key: With one the page runs when the popover is opened, and only then the lines are sent: for a page
            on which a fragment changes what they say.
    """
    icon = ":material/terminal:"
    popover = st.popover(label, icon=icon, key=key, on_change="rerun" if key else "ignore")
    if key is None or popover.open:
        with popover:
            command_lines(arguments, python)


def command_lines(arguments: Sequence[str], python: str | None = None) -> None:
    """Draw the lines alone; the arguments are those of ``command_popover``."""
    st.caption("The same in a terminal")
    st.code(shlex.join(["regroup", *arguments]), language="bash", wrap_lines=True)
    if python:
        st.caption("The same in Python")
        st.code(python, language="python", wrap_lines=True)

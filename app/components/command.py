"""The "Command" popover: the command line and the Python lines that do what the page does."""

import shlex
from collections.abc import Sequence

import streamlit as st


def command_popover(arguments: Sequence[str], python: str | None = None, *, label: str = "Command") -> None:
    """Draw a popover with copyable lines.

    Args:
        arguments: What follows ``regroup`` on the command line, one item an argument.
        python: Lines of Python that do the same.
        label: What the button says; another where a page shows several.
    """
    with st.popover(label, icon=":material/terminal:", help="The same without the dashboard."):
        command_lines(arguments, python)


def command_lines(arguments: Sequence[str], python: str | None = None) -> None:
    """Draw the lines alone; the arguments are those of ``command_popover``."""
    st.caption("In a terminal")
    st.code(shlex.join(["regroup", *arguments]), language="bash", wrap_lines=True)
    if python:
        st.caption("In Python")
        st.code(python, language="python", wrap_lines=True)

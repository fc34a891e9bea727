"""Single fields of a run's settings, for the Train page and for the part "Augment" of the Datasets page.

A field's key in the session is ``train_`` and the setting's name; its help is the setting's description.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from app import state
from app.components.plain_text import plain
from core.errors import RunError
from core.models.catalog import CATALOG
from core.runs.config import RunConfig

FIELDS = RunConfig.model_fields
LEAST = 1e-8  # above a limit that is not allowed itself
NEARLY = 1e-6  # below one


def key_of(name: str) -> str:
    """Key of a setting's widget in the session."""
    return f"train_{name}"


def start_with(name: str, value: Any) -> None:
    """Give a widget its first value; afterward the session keeps it."""
    st.session_state.setdefault(key_of(name), value)


def image_size_field(problems: list[str] | None = None) -> str:
    """Draw the field for the image size, which begins with the size that the chosen model was made for.

    Args:
        problems: Where the sentence goes that is said of a wrong text.

    Returns:
        What was typed, or the model's own size while that is wrong.
    """
    model = st.session_state.get("train_model", FIELDS["model"].default)
    own_size = CATALOG[model].default_image_size.text
    start_with("image_size", own_size)
    typed = st.text_input("Image size (pixels)", help=_help("image_size"), **state.bind("train_image_size"))
    return typed if is_right("image_size", typed, problems) else own_size


def is_right(name: str, value: Any, problems: list[str] | None = None) -> bool:
    """Whether a setting can be this; if not, say why at this place, and add the sentence to ``problems``."""
    try:
        RunConfig.make(dataset="any", **{name: value})
    except RunError as error:
        st.error(plain(str(error)), icon=":material/error:")
        if problems is not None:
            problems.append(str(error))
        return False
    return True


def seed_field() -> int:
    """Draw the field for the seed."""
    return number_field("seed", "Seed")


def number_field(name: str, label: str, *, step: int = 1) -> int:
    """Draw a field for a whole number within the limits of the setting."""
    start_with(name, FIELDS[name].default)
    low, high = limits_of(name)
    return int(
        st.number_input(
            label,
            min_value=int(low),
            max_value=int(high),
            step=step,
            help=_help(name),
            **state.bind(key_of(name)),
        )
    )


def decimal_field(name: str, label: str, *, step: float, placeholder: str | None = None) -> float | None:
    """Draw a field for a number within the limits of the setting; None where it may be and is left empty."""
    start_with(name, FIELDS[name].default)
    low, high = limits_of(name)
    optional: dict[str, Any] = {"value": None} if FIELDS[name].default is None else {}
    number = st.number_input(
        label,
        min_value=low,
        max_value=high,
        step=step,
        format="%.6g",
        help=_help(name),
        placeholder=placeholder,
        **optional,
        **state.bind(key_of(name)),
    )
    return None if number is None else float(number)


def choice_field(name: str, label: str, words: Mapping[str, str]) -> str:
    """Draw a choice among the values of a setting, each with its words."""
    if st.session_state.get(key_of(name)) not in words:
        default = FIELDS[name].default
        st.session_state[key_of(name)] = default if default in words else next(iter(words))
    chosen: str = st.selectbox(
        label, list(words), format_func=words.__getitem__, help=_help(name), **state.bind(key_of(name))
    )
    return chosen


def toggle_field(name: str, label: str) -> bool:
    """Draw a switch."""
    start_with(name, FIELDS[name].default)
    return st.toggle(label, help=_help(name), **state.bind(key_of(name)))


@contextmanager
def rare_fields(key: str, title: str = "More") -> Iterator[dict[str, Any]]:
    """Open a popover for fields that few need; below it stands which of them are not as usual.

    Args:
        key: Unique on the page.
        title: What stands on its button.

    Yields:
        A dictionary for what the fields say, by the setting's name.
    """
    chosen: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        with st.popover(title, icon=":material/tune:", help="Settings that are right for most cases."):
            yield chosen
        changed = [name.replace("_", " ") for name, value in chosen.items() if value != FIELDS[name].default]
        if changed:
            st.caption(f"Changed: {', '.join(changed)}")


def limits_of(name: str) -> tuple[float, float]:
    """Return the least and the greatest number that a setting may be.

    >>> limits_of("epochs")
    (1.0, 10000.0)
    """
    low, high = -1e12, 1e12
    for limit in FIELDS[name].metadata:
        if hasattr(limit, "ge") or hasattr(limit, "gt"):
            low = limit.ge if hasattr(limit, "ge") else limit.gt + LEAST
        if hasattr(limit, "le") or hasattr(limit, "lt"):
            high = limit.le if hasattr(limit, "le") else limit.lt - NEARLY
    return float(low), float(high)


def _help(name: str) -> str:
    return FIELDS[name].description or ""

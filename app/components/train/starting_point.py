"""Where the form starts from: as usual, or with the settings of a study."""

from typing import Any

import streamlit as st

from app import state
from app.components.plain_text import plain
from app.components.train import stack_rows
from app.components.train.augmentation_form import fill_augmentation
from app.components.train.fields import FIELDS, key_of
from core.runs.config import RunConfig
from core.runs.presets import STUDIES

USUAL = "usual"
KEY_START = "train_start_from"
ELSEWHERE = {  # fields whose widgets have keys of their own, or that depend on the dataset
    "dataset", "grouping", "groups", "occluded_with", "augmentation", "weights", "image_size", "head_units",
    "layers", "stack",
}  # fmt: skip


def starting_point() -> None:
    """Draw the choice; choosing fills the whole form."""
    st.session_state.setdefault(KEY_START, USUAL)
    st.selectbox(
        "Start from",
        [USUAL, *STUDIES],
        format_func=lambda name: "The usual settings" if name == USUAL else STUDIES[name].title,
        help="Fills the form with the settings of a study; every one can be changed afterward.",
        on_change=_fill,
        **state.bind(KEY_START),
    )


def changed_since(config: RunConfig) -> None:
    """Tell what the chosen study is, and what was changed since it filled the form."""
    name = st.session_state[KEY_START]
    if name == USUAL:
        return
    st.caption(plain(STUDIES[name].description))
    start = config_of_start(name)
    changed = [field for field in FIELDS if field not in {"dataset", "grouping", "groups", "stack"}]
    changed = [field for field in changed if getattr(config, field) != getattr(start, field)]
    if changed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Changed since: {', '.join(field.replace('_', ' ') for field in changed)}.")
            st.button("Fill again", icon=":material/restart_alt:", on_click=_fill)


def config_of_start(name: str) -> RunConfig:
    """Return the settings that a starting point stands for."""
    settings: dict[str, Any] = {} if name == USUAL else STUDIES[name].settings
    return RunConfig.make(dataset="any", **settings)


def fill_form(config: RunConfig) -> None:
    """Give every widget of the form its value from a run's settings; before the widgets are drawn.

    The dataset and what belongs to it, a grouping or occluded pictures, stay as they are.
    """
    for name in FIELDS:
        if name not in ELSEWHERE:
            st.session_state[key_of(name)] = getattr(config, name)
    st.session_state[key_of("image_size")] = config.image_size.text
    st.session_state[key_of("head_units")] = ",".join(map(str, config.head_units))
    fill_augmentation(config.augmentation)
    _fill_weights(config.weights)
    if config.layers:
        stack_rows.put_rows(config.layers)


def _fill_weights(weights: str) -> None:
    kind, _, run = weights.partition(":")
    st.session_state["train_weights_run"] = run if kind == "run" else None
    if kind != "run" and weights not in {"imagenet", "none"}:
        kind = "file"
        st.session_state["train_weights_file"] = weights
    st.session_state[key_of("weights")] = kind


def _fill() -> None:
    fill_form(config_of_start(st.session_state[KEY_START]))

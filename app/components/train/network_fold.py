"""Fold "Network": which one, where it starts, how much of it is trained, and what its head looks like."""

from typing import Any

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.train.fields import (
    FIELDS,
    choice_field,
    decimal_field,
    is_right,
    key_of,
    rare_fields,
    start_with,
    toggle_field,
)
from app.components.train.stack_editor import open_as_stack_button, stack_editor
from core.errors import ModelError
from core.models.blocks import list_blocks, starts_from_weights
from core.models.catalog import CATALOG
from core.models.spec import ModelSpec
from core.models.weights import missing_weights
from core.runs.config import RunConfig

WEIGHTS = {"imagenet": "ImageNet", "none": "None", "file": "A file", "run": "A run"}
POOLINGS = {"average": "Mean of each map", "max": "Maximum of each map", "flatten": "Every number (flatten)"}
NO_FILE = "Write where the weights file is, or choose other starting weights."
STACK = "stack"  # the model whose layers are drawn here


def network_fold(settings: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """Draw the fold; returns its settings.

    Args:
        settings: What the form says so far, with the image size.
        problems: Where sentences on wrong fields go.
    """
    start_with("model", FIELDS["model"].default)
    model = st.selectbox(
        "Model",
        list(CATALOG),
        format_func=lambda name: CATALOG[name].title,
        help=FIELDS["model"].description,
        on_change=_take_another_model,
        **state.bind(key_of("model")),
    )
    spec = CATALOG[model]
    st.caption(f"{spec.description}{f' [Source]({spec.source})' if spec.source else ''}")
    chosen: dict[str, Any] = {"model": model}
    if model == STACK:
        chosen |= stack_editor(settings["image_size"], settings["dataset"], settings["grouping"])
    else:
        open_as_stack_button(spec, settings["image_size"])
    chosen |= _weights(spec)
    config = RunConfig.make(**settings, **chosen)
    if not config.weights:
        problems.append(NO_FILE)
    missing = missing_weights(config, cache.workspace()) if config.weights else NO_FILE
    if missing:
        st.warning(plain(missing), icon=":material/warning:")
    chosen |= _cut(config)
    return chosen | (_head(problems) if spec.pretrained else {})


def _weights(spec: ModelSpec) -> dict[str, Any]:
    runs = cache.trained_runs(spec.name)
    if not spec.pretrained:
        weights = _run_choice(runs, "None: its weights start at random") if runs else None
        return {"weights": f"run:{weights}"} if weights else {}
    options = [name for name in WEIGHTS if name != "run" or runs]
    if st.session_state.get(key_of("weights")) not in options:
        st.session_state[key_of("weights")] = FIELDS["weights"].default
    chosen = st.segmented_control(
        "Starting weights",
        options,
        format_func=WEIGHTS.__getitem__,
        required=True,
        help=FIELDS["weights"].description,
        **state.bind(key_of("weights")),
    )
    settings: dict[str, Any] = {"weights": _place_of_weights(chosen, spec, runs)}
    widths = spec.backbone.alphas if spec.backbone else ()
    if widths:
        if st.session_state.get(key_of("alpha")) not in widths:
            st.session_state[key_of("alpha")] = widths[0]
        settings["alpha"] = st.selectbox(
            "Width (alpha)", widths, help=FIELDS["alpha"].description, **state.bind(key_of("alpha"))
        )
    return settings


def _place_of_weights(chosen: str, spec: ModelSpec, runs: list[str]) -> str:
    """Draw what a choice of weights still has to know; returns the setting."""
    if chosen == "file":
        return st.text_input(
            "Weights file",
            placeholder="/path/to/weights.h5",
            help=f"Weights for {spec.title} without its top layers.",
            **state.bind("train_weights_file"),
        )
    if chosen == "run":
        return f"run:{_run_choice(runs, 'Choose a run') or runs[0]}"
    return chosen


def _run_choice(runs: list[str], placeholder: str) -> str | None:
    key = "train_weights_run"
    if st.session_state.get(key) not in runs:
        st.session_state[key] = None
    return st.selectbox(
        "Start from the run",
        runs,
        index=None,
        placeholder=placeholder,
        format_func=plain,
        help="A trained network of the same kind: its weights are where this training begins.",
        **state.bind(key),
    )


def _cut(config: RunConfig) -> dict[str, Any]:
    """Draw how many blocks are trained, for a network that starts from weights or was cut by a click."""
    key = key_of("cut")
    try:
        names = [block.name for block in list_blocks(config)]
    except ModelError:
        return {}  # said on the right, where the network would be drawn
    if st.session_state.get(key) not in range(len(names) + 1):
        st.session_state[key] = None
    has_weights = starts_from_weights(config)
    if not has_weights and st.session_state[key] is None:
        return {}
    usual = "As usual: only the head" if has_weights else "As usual: all of it"
    cut = st.selectbox(
        "Trained blocks",
        [None, *range(len(names) + 1)],
        placeholder=usual,
        format_func=lambda number: usual if number is None else _cut_in_words(number, names),
        help=FIELDS["cut"].description,
        **state.bind(key),
    )
    if cut not in {None, len(names)} and not has_weights:
        st.warning(
            "The frozen blocks start at random and stay so: the network can learn little. Train all blocks, "
            "or start from weights.",
            icon=":material/warning:",
        )
    return {"cut": cut}


def _cut_in_words(number: int, names: list[str]) -> str:
    if number == 0:
        return "0: only the head"
    if number == len(names):
        return f"{number}: all of them"
    return f"{number}: from {plain(names[-number])} on"


def _head(problems: list[str]) -> dict[str, Any]:
    start_with("head_units", "")
    with rare_fields("train_head", "Head") as head:
        head["head_pooling"] = choice_field("head_pooling", "Pooling", POOLINGS)
        typed = st.text_input(
            "Dense layers (units)",
            placeholder="None, or such as 512 or 256,128",
            help=FIELDS["head_units"].description,
            **state.bind(key_of("head_units")),
        )
        head["head_units"] = ()
        if is_right("head_units", typed, problems):
            head["head_units"] = RunConfig.make(dataset="any", head_units=typed).head_units
        head["head_dropout"] = decimal_field("head_dropout", "Dropout", step=0.05)
        head["head_batch_norm"] = toggle_field("head_batch_norm", "Batch normalization")
    return head


def _take_another_model() -> None:
    """Another model was chosen: it begins with its own image size, and uncut."""
    own_size = CATALOG[st.session_state[key_of("model")]].default_image_size
    st.session_state[key_of("image_size")] = own_size.text
    st.session_state[key_of("cut")] = None

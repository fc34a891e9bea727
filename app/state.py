"""What a person has chosen: the session's keys, and the dataset and run that stand in the URL."""

from enum import StrEnum
from typing import Any

import streamlit as st

from app import cache
from app.components.plain_text import plain

DEFAULT_DATASET = "shapes"  # what a new user sees first
MAX_SHOWN = 60  # characters of a name in the URL that nothing has


class Key(StrEnum):
    """Keys of the session state; ``DATASET`` and ``RUN`` are also the names in the URL."""

    DATASET = "dataset"
    RUN = "run"
    PAIR = "pair"  # (class name, class name) to look at on Regroup
    CHOSEN = "chosen"  # (run id, class names) chosen on Regroup
    SAMPLE = "sample"  # sample id to look at on Look inside
    GROUPING = "grouping"  # name of the grouping to compare
    SHOW_ARCHIVED = "show_archived"  # whether archived runs can be chosen


def get(key: Key, default: Any = None) -> Any:
    """Value of a key, or the default."""
    return st.session_state.get(key, default)


def put(key: Key, value: Any) -> None:
    """Set a key that no widget owns."""
    st.session_state[key] = value


def bind(key: str) -> dict[str, Any]:
    """Arguments that make a widget keep its value when the person leaves the page and comes back."""
    return {"key": key, "persist_state": "session"}


def show_anew(key: str, labels: dict[str, str]) -> None:
    """Have a widget show its value by its new label when labels have changed; before the widget is drawn.

    A browser keeps the label that it showed last, even when the option is called otherwise by now.
    """
    if st.session_state.get(f"labels_{key}", labels) != labels and key in st.session_state:
        st.session_state[key] = st.session_state[key]
    st.session_state[f"labels_{key}"] = labels


def choose(*, dataset: str | None = None, run: str | None = None) -> None:
    """Make a dataset or a run the current one, on every page; before ``go_to`` or in a callback."""
    if dataset is not None:
        st.session_state[f"next_{Key.DATASET}"] = dataset
    if run is not None:
        st.session_state[f"next_{Key.RUN}"] = run


def current_dataset() -> str | None:
    """Name of the dataset chosen in the sidebar."""
    return st.session_state.get(Key.DATASET)


def current_run() -> str | None:
    """Id of the run chosen in the sidebar, a run of the current dataset; None when there is none."""
    return st.session_state.get(Key.RUN)


def has_runs() -> bool:
    """Whether there is any run of the current dataset, archived ones included."""
    return current_dataset() in cache.run_datasets().values()


def is_offered(run_id: str) -> bool:
    """Whether a run stands in tables and choices: those that are archived do not, unless they are wanted."""
    return bool(st.session_state.get(Key.SHOW_ARCHIVED)) or not cache.is_archived(run_id)


def offered_runs(wanted: str | None = None) -> list[str]:
    """Return the runs of the current dataset that can be chosen, newest first.

    Args:
        wanted: A run that is asked for; it, else the one that is chosen now, may be archived.
    """
    runs = [run for run, dataset in cache.run_datasets().items() if dataset == current_dataset()]
    return [run for run in runs if run == (wanted or current_run()) or is_offered(run)]


def draw_choices() -> None:
    """Draw the sidebar's two choices and keep them and the URL the same."""
    datasets = cache.dataset_names()
    fallback = DEFAULT_DATASET if DEFAULT_DATASET in datasets else datasets[0]
    run_asked = st.session_state.get(f"next_{Key.RUN}") or _asked_by_url(Key.RUN)
    dataset_of_run = cache.run_datasets().get(run_asked) if run_asked else None
    if dataset_of_run in datasets:
        st.session_state.setdefault(f"next_{Key.DATASET}", dataset_of_run)
    _settle(Key.DATASET, datasets, fallback)
    st.selectbox("Dataset", datasets, **bind(Key.DATASET), help="The pictures that every page speaks of.")
    runs = offered_runs(run_asked)
    _settle(Key.RUN, runs, runs[0] if runs else None)
    names = {run: cache.run_name(run) for run in runs}
    show_anew(Key.RUN, names)
    st.selectbox(
        "Run",
        runs,
        format_func=lambda run: names.get(run, run),
        **bind(Key.RUN),
        disabled=not runs,
        placeholder="None yet: train one",
        help="One training of one network; its predictions are what Evaluate, Regroup and Compare show.",
    )
    for key in (Key.DATASET, Key.RUN):
        _write_url(key)


def _settle(key: Key, options: list[str], fallback: str | None) -> None:
    """Decide the value before its widget is drawn: a page's wish, else a changed URL, else what it was."""
    asked = _asked_by_url(key)
    wished = st.session_state.pop(f"next_{key}", None) or asked
    if wished in options:
        st.session_state[key] = wished
    elif st.session_state.get(key) not in options:
        st.session_state[key] = fallback
    if asked and wished not in options:
        name = plain(asked[:MAX_SHOWN])
        st.toast(f"There is no {key} {name} here; another is shown.", icon=":material/info:")


def _asked_by_url(key: Key) -> str | None:
    """Value in the URL when a person, not this script, put it there."""
    value = st.query_params.get(key)
    return value if value and value != st.session_state.get(f"url_{key}") else None


def _write_url(key: Key) -> None:
    value = st.session_state.get(key)
    if value is None:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value
    st.session_state[f"url_{key}"] = value

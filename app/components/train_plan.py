"""What a training will do, before it is started; and the start itself."""

import math
import time
from typing import Any

import streamlit as st

from app import cache, state
from app.commands.augment_options import arguments_of
from app.components.plain_text import plain
from app.navigation import Page, go_to
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.gaps import find_gaps
from core.jobs.queue import active_runs, submit
from core.models.catalog import find_model
from core.regrouping.store import load_grouping
from core.runs.augmentation import describe, find_risks
from core.runs.config import RunConfig

OPTIONS = frozenset(
    {"dataset", "model", "epochs", "image_size", "batch_size", "learning_rate", "weights", "grouping", "seed"}
)  # settings with an option of their own; --set reaches the others
DOUBLE_CLICK_S = 2.0  # seconds in which a second click with the same settings is the same wish
KEY_LAST = "train_last_start"


def start_button(config: RunConfig) -> None:
    """Draw the button that queues the run and opens it, with what stands before it."""
    before = active_runs(cache.workspace())
    if st.button("Train", type="primary", icon=":material/play_arrow:", width="stretch"):
        with st.spinner("Checking the settings"):
            run_id = _start_once(config)
        state.choose(run=run_id)
        go_to(Page.RUNS)
    if before:
        names = ", ".join(plain(run.id) for run in before[:3]) + (" and more" if len(before) > 3 else "")
        st.caption(f"Starts after {names} ({len(before)} before it).")
    else:
        st.caption("Nothing is before it: it starts at once, in the background.")


def train_plan(dataset: Dataset, config: RunConfig) -> None:
    """Tell what the network is and how much it will see."""
    spec = find_model(config.model)
    num_train, num_val, num_test = (len(dataset.sample_ids(split)) for split in SPLITS)
    steps = math.ceil(num_train / config.batch_size)
    paper = f" [Paper]({spec.source})" if spec.source else ""
    st.markdown(f"**{spec.title}.** {spec.description}{paper}")
    st.markdown(
        f"It sees **{num_train:,} training images** of {plain(dataset.name)} at "
        f"{config.image_size.words} pixels, {config.epochs} times: **{steps:,} steps an epoch**, "
        f"{steps * config.epochs:,} in all. {num_val:,} validation images choose the best "
        f"epoch; {num_test:,} test images are kept for the end."
    )
    st.markdown(_labels(dataset, config))
    for gap in find_gaps(dataset) if config.grouping is None else ():
        st.warning(plain(gap), icon=":material/warning:")
    if config.augmentation is not None:
        st.markdown(
            f"In each epoch every training image is **changed anew at random**: "
            f"{describe(config.augmentation)}."
        )
        for risk in find_risks(config.augmentation, dataset.class_names):
            st.warning(plain(risk), icon=":material/warning:")


def command_of(config: RunConfig) -> tuple[list[str], str]:
    """Return the command's arguments and the Python lines that queue the same run."""
    defaults = RunConfig(dataset=config.dataset, model=config.model)
    chosen: dict[str, Any] = {
        name: value
        for name, value in config.model_dump(exclude={"groups", "augmentation"}).items()
        if name in {"dataset", "model", "image_size"} or value != getattr(defaults, name)
    }
    arguments = ["train"]
    for name, value in chosen.items():
        option = f"--{name.replace('_', '-')}"
        arguments += [option, f"{value}"] if name in OPTIONS else ["--set", f"{name}={value}"]
    if config.augmentation is not None:
        arguments += arguments_of(config.augmentation)
        chosen["augmentation"] = config.augmentation.model_dump(exclude_defaults=True)
    settings = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
    python = (
        "from core.jobs.queue import submit\nfrom core.jobs.supervisor import ensure_supervised\n"
        "from core.runs.config import RunConfig\nfrom core.workspace import open_workspace\n\n"
        f"workspace = open_workspace({str(cache.workspace().root)!r})\n"
        f"run = submit(workspace, RunConfig({settings}))\nensure_supervised(workspace)"
    )
    return arguments, python


def _labels(dataset: Dataset, config: RunConfig) -> str:
    if config.grouping is None:
        return f"It learns **{dataset.num_classes} classes**."
    grouping = load_grouping(cache.workspace(), dataset.name, config.grouping).grouping
    groups = ", ".join(plain(name) for name in grouping.group_names[:12])
    more = " ..." if grouping.num_groups > 12 else ""
    return f"It learns the **{grouping.num_groups} groups** of {plain(config.grouping)}: {groups}{more}."


def _start_once(config: RunConfig) -> str:
    """Queue a run, unless the same settings were sent a moment ago: a double click is one wish."""
    last_config, last_time, run_id = st.session_state.get(KEY_LAST, (None, 0.0, ""))
    if config != last_config or time.monotonic() - last_time > DOUBLE_CLICK_S:
        run_id = submit(cache.workspace(), config).id
        st.session_state[KEY_LAST] = (config, time.monotonic(), run_id)
    return str(run_id)

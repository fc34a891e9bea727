"""The button that starts a training, what stands before it, and the command that does the same."""

import time
from collections.abc import Sequence

import streamlit as st

from app import cache, state
from app.commands.run_options import arguments_of_config
from app.components.command import command_popover
from app.components.plain_text import plain
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.datasets.parallel import Progress
from core.jobs.queue import active_runs, submit
from core.runs.config import RunConfig
from core.words import how_much

DOUBLE_CLICK_S = 2.0  # seconds in which a second click with the same settings is the same wish
REDRAW_S = 0.25  # seconds between two drawings of the progress of a download
KEY_LAST = "train_last_start"


def start_bar(config: RunConfig, problems: Sequence[str]) -> None:
    """Draw the button that queues the run and opens it, the command, and what is trained before it."""
    before = active_runs(cache.workspace())
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=bool(problems),
            help="Mend the field that is marked first." if problems else None,
        )
        command_popover(*command_of(config))
    if before:
        names = ", ".join(plain(run.id) for run in before[:3]) + (" and more" if len(before) > 3 else "")
        st.caption(f"Starts after {names} ({len(before)} before it).")
    else:
        st.caption("Nothing is before it: it starts at once, in the background.")
    if pressed:
        with shown_as_text():  # here, beside the button, and the rest of the page stays
            with st.spinner("Checking the settings"):
                run_id = _start_once(config, _bar_of_download())
            state.choose(run=run_id)
            go_to(Page.RUNS)


def command_of(config: RunConfig) -> tuple[list[str], str]:
    """Return the command's arguments and the Python lines that queue the same run."""
    if config.stack is not None:
        config = config.model_copy(update={"layers": None})  # the saved stack stands for them
    chosen = config.model_dump(exclude={"groups"}, exclude_defaults=True)
    chosen |= {"model": config.model, "image_size": config.model_dump()["image_size"]}
    if config.layers is not None:
        chosen["layers"] = [layer.model_dump(exclude_defaults=True) for layer in config.layers]
    settings = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
    python = (
        "from core.jobs.queue import submit\nfrom core.jobs.supervisor import ensure_supervised\n"
        "from core.runs.config import RunConfig\nfrom core.workspace import open_workspace\n\n"
        f"workspace = open_workspace({str(cache.workspace().root)!r})\n"
        f"run = submit(workspace, RunConfig({settings}))\nensure_supervised(workspace)"
    )
    return ["train", *arguments_of_config(config)], python


def _bar_of_download() -> Progress:
    """Return what draws how much of the weights has come, at this place, once something comes."""
    place, next_draw = st.empty(), 0.0

    def draw(done: int, total: int) -> None:
        nonlocal next_draw
        if time.monotonic() >= next_draw:
            next_draw = time.monotonic() + REDRAW_S
            share = min(done / total, 1.0) if total else 0.0
            place.progress(share, text=f"Downloading weights: {how_much(done, total, 'bytes')}")

    return draw


def _start_once(config: RunConfig, progress: Progress) -> str:
    """Queue a run, unless the same settings were sent a moment ago: a double click is one wish."""
    last_config, last_time, run_id = st.session_state.get(KEY_LAST, (None, 0.0, ""))
    if config != last_config or time.monotonic() - last_time > DOUBLE_CLICK_S:
        run_id = submit(cache.workspace(), config, progress=progress).id
        st.session_state[KEY_LAST] = (config, time.monotonic(), run_id)
    return str(run_id)

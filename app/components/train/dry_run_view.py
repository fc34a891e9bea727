"""A dry run: three batches, to know how long the training will take before it is started."""

import json
from typing import Any

import streamlit as st

from app import cache
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.plain_text import plain
from app.components.run_words import duration
from app.failures import shown_as_text
from core.jobs.trials import DryRun, dry_run
from core.runs.config import RunConfig
from core.words import counted, size_in_words

JOB = "dry-run"
KEY_ASKED, KEY_RESULT = "train_dry_run_asked", "train_dry_run_result"  # settings and version; (these, DryRun)
NO_MATTER = {"epochs", "patience", "stop_metric", "best_epoch"}  # settings that no batch depends on


def dry_run_view(config: RunConfig, *, disabled: bool = False) -> None:
    """Draw the button, the progress, or what the dry run found for these settings."""
    ended = follow_job(JOB, unit="steps")
    if ended is not None and is_own(JOB, ended):
        with shown_as_text():
            st.session_state[KEY_RESULT] = (st.session_state.pop(KEY_ASKED, None), ended.result())
    settings, found = st.session_state.get(KEY_RESULT, (None, None))
    if found is not None and settings == _settings(config):
        _draw(found, config)
    elif not is_running(JOB) and st.button(
        "Try three batches",
        icon=":material/speed:",
        disabled=disabled,
        help="A dry run: how long will it take, how much memory, and does the loss start where it should? "
        "Nothing of it is kept.",
    ):
        workspace = cache.workspace()
        st.session_state[KEY_ASKED] = _settings(config)
        start_job(JOB, "Trying three batches", lambda tell: dry_run(workspace, config, progress=tell))
        st.rerun()


def _draw(found: DryRun, config: RunConfig) -> None:
    gpu = f", {size_in_words(found.gpu_memory)} on the GPU" if found.gpu_memory else ""
    per_epoch, end = found.seconds_per_epoch, found.val_seconds + found.test_seconds
    seconds = found.first_epoch_seconds + (config.epochs - 1) * per_epoch + end
    st.markdown(
        f"**About {duration(seconds)} for {counted(config.epochs, 'epoch')}**: {duration(per_epoch)} each, "
        f"and {duration(found.first_epoch_seconds)} the first. {size_in_words(found.peak_memory)} of memory"
        f"{gpu}, on {plain(found.device)}.",
        help="Measured on a few batches; early stopping may end it sooner.",
    )
    for remark in found.remarks:
        st.caption(plain(remark))


def _settings(config: RunConfig) -> str:
    settings: dict[str, Any] = config.model_dump(mode="json", exclude=NO_MATTER)
    return json.dumps(settings | {"version": cache.dataset(config.dataset).version}, sort_keys=True)

"""The learning rate: how it goes over the run, and which one suits, as a short trial finds it."""

from typing import Any

import streamlit as st

from app import cache
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.plain_text import plain
from app.components.train.fields import key_of
from app.components.train.steps import count_steps
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.jobs.trials import RateCurve, find_learning_rate
from core.plots.rate_curve import plot_rate_curve
from core.plots.schedule import plot_schedule
from core.runs.config import RunConfig
from core.runs.schedules import learning_rates

JOB = "finding-a-learning-rate"
KEY_ASKED, KEY_FOUND = "train_rate_asked", "train_rate_found"  # settings; (settings, RateCurve)
MAX_STEPS = 2_000_000  # of a run whose schedule is drawn


def rate_view(dataset: Dataset, config: RunConfig) -> None:
    """Draw the schedule where there is one, and the learning-rate finder."""
    steps = count_steps(dataset, config)
    if (config.schedule != "constant" or config.warmup_epochs) and config.epochs * steps <= MAX_STEPS:
        _schedule(config, steps)
    ended = follow_job(JOB, unit="steps")
    if ended is not None and is_own(JOB, ended):
        with shown_as_text():
            st.session_state[KEY_FOUND] = (st.session_state.pop(KEY_ASKED, None), ended.result())
    if not is_running(JOB) and st.button(
        "Find a learning rate",
        icon=":material/search:",
        help="Trains for some steps while the learning rate grows from very small to very large, and looks "
        "where the loss falls fastest (Smith 2017). Nothing of this training is kept.",
    ):
        workspace = cache.workspace()
        st.session_state[KEY_ASKED] = _settings(config)
        start_job(
            JOB, "Trying learning rates", lambda tell: find_learning_rate(workspace, config, progress=tell)
        )
        st.rerun()
    settings, found = st.session_state.get(KEY_FOUND, (None, None))
    if found is not None and settings == _settings(config):
        _draw(found)


def _schedule(config: RunConfig, steps: int) -> None:
    figure = plot_schedule(learning_rates(config, steps), steps)
    st.plotly_chart(figure, key="train_schedule_chart", config={"displayModeBar": False})
    if config.schedule == "plateau":
        st.caption(
            f"Where it falls is not known before: each time validation loss has not improved for "
            f"{config.schedule_epochs} epochs, it is multiplied by {config.schedule_factor:g}."
        )


def _draw(found: RateCurve) -> None:
    figure = plot_rate_curve(
        found.rates, found.losses, suggestion=found.suggestion, raw_losses=found.raw_losses
    )
    st.plotly_chart(figure, key="train_rate_chart", config={"displayModeBar": False})
    st.markdown(plain(found.reason))
    if found.suggestion is not None:
        st.button(
            f"Take {found.suggestion:.2g}",
            icon=":material/check:",
            help="Puts it into the field Learning rate.",
            on_click=_take,
            args=(found.suggestion,),
        )


def _take(rate: float) -> None:
    st.session_state[key_of("learning_rate")] = float(f"{rate:.2g}")


def _settings(config: RunConfig) -> dict[str, Any]:
    """What a search depends on: all settings but the rate itself and how long a training goes on."""
    settings = config.model_dump(exclude={"learning_rate", "epochs", "patience", "best_epoch", "stop_metric"})
    return settings | {"version": cache.dataset(config.dataset).version}

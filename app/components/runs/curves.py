"""Learning curves of the current run, and of others beside it; below them what they say in plain words."""

import time
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from app import cache, state
from app.cache.curves import LEARNED, ShownRun, learning_curves
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.jobs.queue import active_runs
from core.plots.curves import MAX_RUNS, Look
from core.runs.diagnosis import Finding, Kind, diagnose
from core.runs.run import ACTIVE_STATES, Run, State

KEY_DRAWN = "runs_curves_drawn"
REDRAW_S = 4.0  # seconds for which a chart is left alone when it was drawn anew
POLL_S = 1.0  # seconds between two looks; curves change with each epoch only
NUM_LOG_LINES = 20
CURVES = (
    "An epoch shows the network every training image once; it never learns from the validation images. "
    "Where only the training curve still improves, it learns by heart."
)
LOSS = (
    "Loss: how surprised the network is by the true classes, minus the natural logarithm of the "
    "probability it gave to the true class, as the mean over the images (cross-entropy, in nats). Best is 0. "
    "Macro F1: the mean over the classes of the harmonic mean of precision and recall; every class counts "
    "the same. Learning rate: how far the weights move in one adjustment."
)
HELP = {
    "beside": f"Draws other runs on the same axes, up to {MAX_RUNS - 1}.",
    "smoothing": "Mean over the past epochs, later ones counting more; the measured curve stays faintly "
    "visible. 0: none.",
    "log": "Loss and learning rate on a logarithmic scale: equal steps are equal factors, so that small "
    "changes late in the training can be seen.",
    "time": "Time spent working on the horizontal axis, instead of epochs.",
}
ICONS = {Kind.STILL_IMPROVING: ":material/trending_down:", Kind.OVERFITTING: ":material/menu_book:"}


@dataclass(frozen=True)
class Choice:
    """What is drawn.

    Attributes:
        beside: Ids of other runs.
        look: Smoothing and axes.
    """

    beside: tuple[str, ...]
    look: Look


def run_curves(run: Run) -> None:
    """Draw curves, findings and the end of the log; while something is trained they renew themselves."""
    is_active = bool(active_runs(cache.workspace()))
    st.fragment(_draw, run_every=POLL_S if is_active else None)(run)


def _draw(run: Run) -> None:
    with shown_as_text():
        if cache.history(run).empty:
            st.caption("The curves of loss and accuracy begin with the first full epoch.")
        else:
            choice = _choose(run)
            with st.container():  # keeps what follows in its place: a chart that moves is built anew
                _draw_findings(run)
            _draw_curves(run, choice)
        with st.expander("Last log lines", icon=":material/notes:"):
            st.code(run.log_tail(NUM_LOG_LINES) or "Nothing was printed yet.", language=None)


def _choose(run: Run) -> Choice:
    others = [name for name in cache.run_datasets() if name != run.id and state.is_offered(name)]
    names = {name: cache.run_name(name) for name in others}
    key = "runs_beside"
    state.show_anew(key, names)
    chosen = st.session_state.get(key, [])
    if any(name not in others for name in chosen):
        st.session_state[key] = [name for name in chosen if name in others]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        beside = st.multiselect(
            "Beside it",
            others,
            format_func=lambda name: names.get(name, name),
            max_selections=MAX_RUNS - 1,
            placeholder="Choose other runs" if others else "There is no other run",
            disabled=not others,
            width=380,
            help=HELP["beside"],
            **state.bind(key),
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.95,
            step=0.05,
            width=200,
            help=HELP["smoothing"],
            **state.bind("runs_smoothing"),
        )
        log = st.toggle("Log scale", help=HELP["log"], **state.bind("runs_log"))
        by_time = st.toggle("By time", help=HELP["time"], **state.bind("runs_by_time"))
    return Choice(tuple(beside), Look(smoothing, log, by_time))


def _draw_curves(run: Run, choice: Choice) -> None:
    shown = (_shown(run), *(_shown(cache.run(name)) for name in choice.beside))
    figures = _figures_now_and_then(shown, choice.look)
    for first in range(0, len(figures), 2):
        pair = list(figures.items())[first : first + 2]
        for column, (metric, figure) in zip(st.columns(2), pair, strict=False):
            column.plotly_chart(figure, key=f"{run.id}_{metric}", config={"displayModeBar": False})
    what = f"Run {plain(run.id)}" if len(shown) == 1 else "Solid: validation, dotted: training"
    st.caption(f"{what}, all images of the training and the validation split. {CURVES}", help=LOSS)


def _figures_now_and_then(shown: tuple[ShownRun, ...], look: Look) -> dict[str, go.Figure]:
    """Return a figure for each metric; while a run is trained those of a moment ago are shown again.

    A browser builds a chart with other numbers from nothing, which takes it up to a second.
    """
    runs = [cache.run(each.id) for each in shown]
    wanted = ([run.id for run in runs], look)
    drawn, drawn_at, figures = st.session_state.get(KEY_DRAWN, (None, 0.0, {}))
    is_active = any(run.status.state in ACTIVE_STATES for run in runs)
    if drawn == wanted and is_active and time.monotonic() - drawn_at < REDRAW_S:
        return dict(figures)
    metrics = [name for name in LEARNED if any(name in cache.history(run) for run in runs)]
    new = {metric: learning_curves(shown, metric, look) for metric in metrics}
    if [*map(id, new.values())] != [*map(id, figures.values())]:
        st.session_state[KEY_DRAWN] = (wanted, time.monotonic(), new)
    return new


def _shown(run: Run) -> ShownRun:
    return ShownRun(run.id, cache.run_name(run.id), run.status.best_epoch)


def _draw_findings(run: Run) -> None:
    for finding in _findings(run):
        is_good = finding.kind is Kind.STILL_IMPROVING
        show = st.info if is_good else st.warning
        text = f"**{plain(finding.title)}.** {plain(finding.numbers)} {plain(finding.remedy)}"
        show(text, icon=ICONS.get(finding.kind, ":material/stethoscope:"))


def _findings(run: Run) -> list[Finding]:
    class_names, val_counts = cache.val_counts(run)
    return diagnose(
        cache.history(run),
        run.config,
        val_counts=val_counts,
        class_names=class_names,
        is_done=run.status.state is State.DONE,
    )

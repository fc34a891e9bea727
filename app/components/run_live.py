"""One run as it goes: state, progress, curves, log, and the buttons that fit its state."""

import streamlit as st

from app import cache
from app.components.plain_text import plain
from app.components.run_words import BADGES, duration, progress_share, progress_text
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.jobs.queue import cancel, resume
from core.plots.curves import plot_curves
from core.runs.augmentation import describe
from core.runs.run import ACTIVE_STATES, RESUMABLE_STATES, Run, RunStatus, State, delete_run

POLL_S = 0.25  # seconds between two looks while the run is active
NUM_LOG_LINES = 20
CURVES = (
    "An epoch shows the network every training image once; it never learns from the validation images. "
    "Where only the training curve still improves, it learns by heart."
)
LOSS = (
    "Loss: how surprised the network is by the true classes, minus the natural logarithm of the "
    "probability it gave to the true class, as the mean over the images (cross-entropy, in nats). Best is 0."
)

VERSION = (
    "A hash of the images, labels and splits that it was trained on. Runs on different versions were "
    "measured on other images or labels."
)


def run_live(run: Run) -> None:
    """Draw a run; while it is active the drawing renews itself, without the rest of the page."""
    is_active = run.status.state in ACTIVE_STATES
    st.fragment(_draw, run_every=POLL_S if is_active else None)(run, is_active)


def _draw(run: Run, was_active: bool) -> None:
    with shown_as_text():
        status = run.status
        if was_active and status.state not in ACTIVE_STATES:
            st.rerun()  # it has ended: the table and the sidebar change too, and nothing is to be polled
        _draw_state(run, status)
        _draw_buttons(run, status)
        _draw_curves(run, status)
        with st.expander("Last log lines", icon=":material/notes:"):
            st.code(run.log_tail(NUM_LOG_LINES) or "Nothing was printed yet.", language=None)


def _draw_curves(run: Run, status: RunStatus) -> None:
    history = cache.history(run)
    if history.empty:
        st.caption("The curves of loss and accuracy begin with the first full epoch.")
        return
    for column, metric in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        figure = plot_curves(history, metric=metric, best_epoch=status.best_epoch)
        column.plotly_chart(figure, key=f"{run.id}_{metric}", config={"displayModeBar": False})
    st.caption(
        f"Run {plain(run.id)}, all images of the training and the validation split. {CURVES}", help=LOSS
    )


def _draw_state(run: Run, status: RunStatus) -> None:
    config = cache.config(run)
    words, icon, color = BADGES[status.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(run.id), anchor=False, width="content")
        st.badge(words, icon=icon, color=color)
        groups = f", grouped as {plain(config.grouping)}" if config.grouping else ""
        st.markdown(
            f"{plain(config.model)} on {plain(config.dataset)}{groups}, {config.image_size.words} pixels"
        )
    if status.state in ACTIVE_STATES and run.cancel_path.exists():
        st.info("It is being stopped; what the last full epoch reached is kept.")
    elif status.message:
        show = {State.FAILED: st.error, State.INTERRUPTED: st.warning}.get(status.state, st.info)
        show(plain(status.message))
    if status.state is State.RUNNING:
        st.progress(progress_share(status, config), text=progress_text(status, config))
    elif status.epoch:
        st.markdown(_outcome(run, status))
    if run.dataset_version is not None:
        st.caption(f"It saw version {run.dataset_version} of {plain(config.dataset)}.", help=VERSION)
    if config.augmentation is not None:
        st.caption(f"In each epoch every training image is {describe(config.augmentation)}.")


def _outcome(run: Run, status: RunStatus) -> str:
    history = cache.history(run)
    text = f"{status.epoch} of {cache.config(run).epochs} epochs in {duration(status.seconds)}"
    best = history[history["epoch"] == status.best_epoch]
    if len(best):
        text += (
            f"; best epoch {status.best_epoch}: validation loss {best['val_loss'].iloc[0]:.3g}, "
            f"validation accuracy {best['val_accuracy'].iloc[0]:.1%}"
        )
    return f"{text}."


def _draw_buttons(run: Run, status: RunStatus) -> None:
    with st.container(horizontal=True):
        if status.state is State.DONE and st.button(
            "See what it confuses", type="primary", icon=":material/fact_check:"
        ):
            go_to(Page.EVALUATE)
        if status.state in RESUMABLE_STATES and st.button(
            "Resume", type="primary", icon=":material/play_arrow:", help="Go on after the last full epoch."
        ):
            resume(cache.workspace(), run)
            st.rerun()
        if status.state in ACTIVE_STATES:
            if st.button(
                "Cancel",
                icon=":material/stop:",
                disabled=run.cancel_path.exists(),
                help="Stop after the current step; it can be resumed.",
            ):
                cancel(run)
                st.rerun()
        else:
            _draw_delete(run)


def _draw_delete(run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete {plain(run.id)} with its model, curves and predictions? It cannot be undone.")
        if st.button("Delete for good", type="primary"):
            delete_run(run)
            st.rerun()

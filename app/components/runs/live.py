"""One run as it goes: state, progress, load of the machine, and the buttons that fit its state."""

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.run_words import BADGES, duration, load_words, progress_share, progress_text
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.evaluation.shown import pictures_seen
from core.jobs.queue import cancel, resume
from core.runs.augmentation import describe
from core.runs.imported import is_imported
from core.runs.notes import update_about
from core.runs.run import ACTIVE_STATES, RESUMABLE_STATES, Run, RunStatus, State, delete_run

POLL_S = 0.25  # seconds between two looks while the run is active
MAX_NOTE = 300  # characters of a note that stand below the title
LOAD = (
    "Processor (all cores together), memory (RAM) of this run's worker and of the whole machine, free disk "
    "where the workspace lies; of a GPU how much of the last moment it computed, and its own memory."
)
VERSION = (
    "A hash of the images, labels and splits that it was trained on. Runs on different versions were "
    "measured on other images or labels."
)
ARCHIVE = "Hide it from the table and from the sidebar; nothing is deleted."


def run_live(run: Run) -> None:
    """Draw a run; while it is active the drawing renews itself, without the rest of the page."""
    is_active = run.status.state in ACTIVE_STATES
    st.fragment(_draw, run_every=POLL_S if is_active else None)(run, is_active)


def _draw(run: Run, was_active: bool) -> None:
    with shown_as_text():
        status = run.status
        if was_active and status.state not in ACTIVE_STATES:
            st.rerun()  # it has ended: the table and the sidebar change too, and nothing is to be polled
        _draw_title(run, status)
        _draw_state(run, status)
        _draw_buttons(run, status)


def _draw_title(run: Run, status: RunStatus) -> None:
    config, about = run.config, cache.about(run)
    words, icon, color = BADGES[status.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(cache.run_name(run.id)), anchor=False, width="content")
        st.badge(words, icon=icon, color=color)
        if about.archived:
            st.badge("Archived", icon=":material/inventory_2:", color="gray")
        for tag in about.tags:
            st.badge(plain(tag), icon=":material/label:", color="violet")
    groups = f", grouped as {plain(config.grouping)}" if config.grouping else ""
    where = f"on {plain(config.dataset)}{groups}"
    if is_imported(config):
        st.markdown(f"Predictions made elsewhere, {where}; there is no network here.")
    else:
        st.markdown(f"{plain(config.model)} {where}, {config.image_size.words} pixels")
    if about.note:
        note = " ".join(about.note.split())
        shown = note if len(note) <= MAX_NOTE else f"{note[:MAX_NOTE]}…"
        st.caption(f":material/edit_note: {plain(shown)}")


def _draw_state(run: Run, status: RunStatus) -> None:
    config = run.config
    if status.state in ACTIVE_STATES and run.cancel_path.exists():
        st.info("It is being stopped; what the last full epoch reached is kept.")
    elif status.message:
        show = {State.FAILED: st.error, State.INTERRUPTED: st.warning}.get(status.state, st.info)
        show(plain(status.message))
    if status.state is State.RUNNING:
        st.progress(progress_share(status, config), text=progress_text(status, config))
        st.caption(plain(load_words(cache.load_gauge(run).read())), help=LOAD)
    elif status.epoch:
        st.markdown(_outcome(run, status))
    if run.dataset_version is not None:
        st.caption(f"It saw version {run.dataset_version} of {plain(config.dataset)}.", help=VERSION)
    if config.occluded_with is not None:
        st.caption(f":material/hide_image: It sees {plain(pictures_seen(config))}.")
    if config.augmentation is not None:
        st.caption(f"In each epoch every training image is {describe(config.augmentation)}.")


def _outcome(run: Run, status: RunStatus) -> str:
    history = cache.history(run)
    text = f"{status.epoch} of {run.config.epochs} epochs in {duration(status.seconds)}"
    best = history[history["epoch"] == status.best_epoch]
    if len(best):
        text += (
            f"; best epoch {status.best_epoch}: validation loss {best['val_loss'].iloc[0]:.3g}, "
            f"validation accuracy {best['val_accuracy'].iloc[0]:.1%}"
        )
        if "val_macro_f1" in best:
            text += f", macro F1 {best['val_macro_f1'].iloc[0]:.3f}"
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
            _draw_archive(run)
            _draw_delete(run)


def _draw_archive(run: Run) -> None:
    if cache.about(run).archived:
        if st.button("Unarchive", icon=":material/unarchive:", help="Show it in the table again."):
            update_about(run, archived=False)
            st.rerun()
    elif st.button("Archive", icon=":material/archive:", help=ARCHIVE):
        update_about(run, archived=True)
        other = next((name for name in state.offered_runs() if name != run.id), None)
        state.choose(run=other)
        text = f"{plain(run.id)} is archived; 'Show archived' above the table brings it back."
        st.toast(text, icon=":material/archive:")
        st.rerun()


def _draw_delete(run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete {plain(run.id)} with its model, curves and predictions? It cannot be undone.")
        if st.button("Delete for good", type="primary"):
            delete_run(run)
            st.rerun()

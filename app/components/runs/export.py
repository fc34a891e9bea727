"""Export of a finished run's network for other programs, as a background job with a download at its end."""

import streamlit as st

from app import cache, state
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.command import command_popover
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.errors import RunError
from core.jobs.exports import FORMATS, check_format
from core.jobs.kept_exports import KeptExport, find_export, keep_export
from core.runs.run import Run, State
from core.words import counted, size_in_words

KEY_OPEN = "export_open"  # the run whose export this browser asked for; its fold stays open
CHECKED = (
    "The exported network was asked about validation images, and its probabilities were compared with those "
    "of the run's network; differences of rounding stay below 0.00001."
)
TAKES = "All take images with values 0 to 255 and give probabilities; scaling is part of the network."
LABELS = "What the network's outputs stand for, in their order, one name a line."


def run_export(run: Run) -> None:
    """Draw the section, folded, where a finished run has a network."""
    if run.status.state is not State.DONE or not run.model_path.exists():
        return
    is_busy = any(is_running(_job(run, name)) for name in FORMATS)
    is_open = is_busy or st.session_state.get(KEY_OPEN) == run.id
    with st.expander("Export the network", icon=":material/ios_share:", expanded=is_open):
        name = st.radio(
            "Format",
            list(FORMATS),
            format_func=lambda each: FORMATS[each].title,
            captions=[each.description for each in FORMATS.values()],
            horizontal=True,
            help=TAKES,
            **state.bind("export_format"),
        )
        _draw_format(run, name or next(iter(FORMATS)))


def _draw_format(run: Run, name: str) -> None:
    key = _job(run, name)
    ended = follow_job(key)
    if ended is not None:
        is_own(key, ended)
        with shown_as_text():
            ended.result()  # tells what went wrong
    kept = find_export(run, name)
    refusal = _refusal(name)
    if refusal:
        st.info(plain(refusal), icon=":material/extension:")
    elif not is_running(key):
        label = f"Export as {FORMATS[name].title}" if kept is None else "Export again"
        if st.button(label, type="secondary" if kept else "primary", icon=":material/output:"):
            title = f"Exporting {run.id} as {FORMATS[name].title}"
            workspace = cache.workspace()
            st.session_state[KEY_OPEN] = run.id
            start_job(key, title, lambda progress: keep_export(workspace, run, name, progress=progress))
            st.rerun()
    if kept is not None and not is_running(key):
        _draw_download(kept)
    path = f"{run.id}{FORMATS[name].suffix}"
    command_popover(["export", run.id, "--format", name, "--out", path])


def _draw_download(kept: KeptExport) -> None:
    st.success(
        f"{size_in_words(kept.bytes)}. It gives the same outputs: largest difference of a probability "
        f"{kept.max_difference:.1g} on {counted(kept.num_images, 'validation image')}.",
        icon=":material/verified:",
    )
    st.caption(CHECKED)
    with st.container(horizontal=True):
        st.download_button(
            f"Download {kept.path.name}",
            kept.path.read_bytes,
            file_name=kept.path.name,
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Names of the classes",
            kept.labels_path.read_bytes,
            file_name=kept.labels_path.name,
            help=LABELS,
            icon=":material/list:",
            on_click="ignore",
        )


def _refusal(name: str) -> str:
    try:
        check_format(name)
    except RunError as error:
        return str(error)
    return ""


def _job(run: Run, name: str) -> str:
    return f"export-{run.id}-{name}"

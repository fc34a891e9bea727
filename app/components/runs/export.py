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
from core.regrouping.keeping.store import SavedGrouping
from core.runs.run import Run, State
from core.words import counted, size_in_words

KEY_OPEN = "export_open"  # the run whose export this browser asked for; its fold stays open
CHECKED = (
    "The exported network was asked about validation images, and its probabilities were compared with those "
    "of the run's network; differences of rounding stay below 0.00001."
)
SUMS_CHECKED = (
    "The exported network was asked about validation images, and its probabilities were compared with the "
    "sums of those of the run's network; differences of rounding stay below 0.00001."
)
TAKES = "All take images with values 0 to 255 and give probabilities; scaling is part of the network."
LABELS = "What the network's outputs stand for, in their order, one name a line."


def run_export(run: Run) -> None:
    """Draw the section, folded, where a finished run has a network."""
    if run.status.state is not State.DONE or not run.model_path.exists():
        return
    is_busy = any(is_running(_job(run, name, None)) for name in FORMATS)
    is_open = is_busy or st.session_state.get(KEY_OPEN) == run.id
    with st.expander("Export the network", icon=":material/ios_share:", expanded=is_open):
        export_choice(run)


def export_choice(run: Run, saved: SavedGrouping | None = None) -> None:
    """Draw the formats, and the export in the chosen one.

    Args:
        run: A run with a trained network.
        saved: Groups whose classes' probabilities the exported network adds; None for the network as it is.
    """
    name = st.radio(
        "Format",
        list(FORMATS),
        format_func=lambda each: FORMATS[each].title,
        captions=[each.description for each in FORMATS.values()],
        horizontal=True,
        help=TAKES,
        **state.bind("export_format"),
    )
    _draw_format(run, name or next(iter(FORMATS)), saved)


def _draw_format(run: Run, name: str, saved: SavedGrouping | None) -> None:
    key = _job(run, name, saved)
    grouping = None if saved is None else saved.grouping
    ended = follow_job(key)
    if ended is not None:
        is_own(key, ended)
        with shown_as_text():
            ended.result()  # tells what went wrong
    kept = find_export(run, name, grouping)
    refusal = _refusal(name)
    if refusal:
        st.info(plain(refusal), icon=":material/extension:")
    elif not is_running(key):
        label = f"Export as {FORMATS[name].title}" if kept is None else "Export again"
        if st.button(label, type="secondary" if kept or saved else "primary", icon=":material/output:"):
            _start(run, name, saved)
    if kept is not None and not is_running(key):
        _draw_download(kept, is_summed=saved is not None)
    chosen = ([], "") if saved is None else (["--grouping", saved.name], "-summed")
    path = f"{run.id}{chosen[1]}{FORMATS[name].suffix}"
    command_popover(["export", run.id, *chosen[0], "--format", name, "--out", path])


def _start(run: Run, name: str, saved: SavedGrouping | None) -> None:
    of_groups = "" if saved is None else f", summed by {saved.name}"
    title = f"Exporting {run.id}{of_groups} as {FORMATS[name].title}"
    workspace, grouping = cache.workspace(), None if saved is None else saved.grouping
    st.session_state[KEY_OPEN] = run.id
    start_job(
        _job(run, name, saved),
        title,
        lambda progress: keep_export(workspace, run, name, grouping=grouping, progress=progress),
    )
    st.rerun()


def _draw_download(kept: KeptExport, *, is_summed: bool) -> None:
    says = "the sums of the run's probabilities" if is_summed else "the same outputs"
    st.success(
        f"{size_in_words(kept.bytes)}. It gives {says}: largest difference of a probability "
        f"{kept.max_difference:.1g} on {counted(kept.num_images, 'validation image')}.",
        icon=":material/verified:",
    )
    st.caption(SUMS_CHECKED if is_summed else CHECKED)
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
            "Names of the groups" if is_summed else "Names of the classes",
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


def _job(run: Run, name: str, saved: SavedGrouping | None) -> str:
    return f"export-{run.id}-{name}" if saved is None else f"export-{run.id}-{name}-{saved.name}"

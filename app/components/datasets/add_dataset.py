"""Add a dataset: where it is, how it is read, what it would be, and how far the work is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from app import cache, source_cache, state
from app.components.background_jobs import follow_job, is_own, is_running, is_unseen, start_job
from app.components.command import command_popover
from app.components.datasets.adding_command import command_of
from app.components.datasets.adding_options import choose_options
from app.components.datasets.adding_preview import draw_preview
from app.components.datasets.adding_source import AddingSource, choose_source, forget_source
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.adding.add import SourceOptions, add_dataset, add_upload
from core.datasets.adding.by_name import add_by_name
from core.datasets.adding.preview import SourcePreview
from core.datasets.background import BackgroundJob
from core.datasets.dataset import Dataset
from core.datasets.parallel import Progress
from core.datasets.store import free_dataset_name
from core.errors import DatasetError, StoppedError

JOB = "adding"  # one dataset at a time on this server


def add_dataset_panel() -> None:
    """Draw the form, or the progress of the dataset that is being added."""
    is_begun = is_unseen(JOB) or any(st.session_state.get(key) for key in ("add_source", "add_set"))
    with st.expander("Add a dataset", expanded=is_begun, icon=":material/add:"):
        ended = follow_job(JOB)
        if ended is not None:
            _show_end(ended)
        if not is_running(JOB):
            _form()


@st.fragment
def _form() -> None:
    with shown_as_text():
        source = choose_source()
        if source is None:
            return
        if source.named is not None:
            _add_row(source, SourceOptions(), can_add=True)
            return
        bare, problem = _preview_or_problem(source, SourceOptions())
        if bare is None and not _is_arrays(source):
            st.error(problem, icon=":material/error:")
            return
        options, can_add = _read_as(source, bare), False
        if options is not None:
            found, problem = _preview_or_problem(source, options)
            can_add = found is not None and found.problem is None
            if found is not None:
                draw_preview(found)
            else:
                st.error(problem, icon=":material/error:")
        _add_row(source, options, can_add=can_add)


def _read_as(source: AddingSource, bare: SourcePreview | None) -> SourceOptions | None:
    """Draw how a source is read; None where something is not understood, which is said."""
    is_needed = bare is None or bare.problem is not None
    with st.expander("Names, labels and groups", icon=":material/tune:", expanded=is_needed), shown_as_text():
        return choose_options(source, bare)
    return None


def _preview_or_problem(source: AddingSource, options: SourceOptions) -> tuple[SourcePreview | None, str]:
    """Return what a source would be, or the sentence that tells why there is nothing to show, as Markdown."""
    try:
        if source.path is None:
            return source_cache.upload_preview(source.files, options), ""
        return source_cache.source_preview(source.path, options), ""
    except DatasetError as error:
        return None, plain(_as_given(str(error), source))


def _is_arrays(source: AddingSource) -> bool:
    """Whether a source is a file whose arrays may have names of their own, which can be typed."""
    path = Path(source.path or "")
    return path.suffix.lower() == ".npz" and path.is_file()


def _as_given(sentence: str, source: AddingSource) -> str:
    """Name an upload as the person does, not by where it is kept."""
    return sentence.replace(source.path, source.text) if source.path is not None else sentence


def _add_row(source: AddingSource, options: SourceOptions | None, *, can_add: bool) -> None:
    """Draw name, seed, the button and the command."""
    left, right = st.columns([3, 1])
    suggested = free_dataset_name(cache.workspace(), source.suggested_name)
    name = left.text_input("Name", placeholder=suggested, **state.bind("add_name")).strip() or suggested
    seed = right.number_input(
        "Seed",
        min_value=0,
        step=1,
        help="Start of the random numbers that divide the images.",
        **state.bind("add_seed"),
    )
    with st.container(horizontal=True):
        if st.button("Add", type="primary", disabled=not can_add or options is None):
            work = _work(source, {"name": name, "options": options, "seed": int(seed)})
            start_job(JOB, f"Adding {name}", work)
            st.rerun()
        if options is not None:
            command_popover(command_of(source, options, name=name, seed=int(seed)))


def _work(source: AddingSource, settings: dict[str, Any]) -> Callable[[Progress], Dataset]:
    """Return the work of adding a source, for a thread."""
    workspace = cache.workspace()
    if source.named is not None:
        return lambda tell: add_by_name(workspace, source.text, named=source.named, progress=tell, **settings)
    path = source.path
    if path is None:
        return lambda tell: add_upload(workspace, source.files, progress=tell, **settings)

    def add(tell: Progress) -> Dataset:
        try:
            return add_dataset(workspace, path, progress=tell, **settings)
        except StoppedError:
            raise
        except DatasetError as error:
            raise DatasetError(_as_given(str(error), source)) from error

    return add


def _show_end(job: BackgroundJob[Dataset]) -> None:
    """Choose the new dataset where it was asked for, or say why there is none."""
    is_mine = is_own(JOB, job)
    with shown_as_text():
        dataset = job.result()
        st.toast(f"Added {plain(dataset.name)}: {dataset.num_images:,} images.", icon=":material/check:")
        if not is_mine:
            return
        state.choose(dataset=dataset.name)
        forget_source()
        st.rerun()

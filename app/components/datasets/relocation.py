"""Images that have gone since a dataset was added: which, and a field for the folder that they moved to."""

from pathlib import Path
from typing import Any

import streamlit as st

from app import cache, source_cache, state
from app.components.background_jobs import follow_job, is_running, start_job
from app.components.command import command_popover
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.adding.relocate import MissingFiles, can_relocate, relocate
from core.datasets.background import BackgroundJob
from core.datasets.dataset import Dataset

NAMED = 4  # images told by name
FOLDER_HELP = (
    "Path on the computer that runs Regroup. All images are looked for there, and some are compared with "
    "what was noted when the dataset was added. Runs and edits stay as they are."
)
ALLOW_HELP = "Those that are not there are shown crossed out, and training on them is refused."


def relocation_notice(dataset: Dataset) -> None:
    """Draw a warning when images of a dataset are gone, with the way to mend it; else nothing."""
    key = f"relocate-{dataset.name}"
    ended = follow_job(key)
    if ended is not None:
        _show_end(ended)
    if is_running(key):
        return
    missing = source_cache.gone_files(dataset.name)
    if not missing.num_missing:
        return
    with st.container(border=True):
        st.warning(_words(dataset, missing), icon=":material/folder_off:")
        if can_relocate(dataset):
            _form(dataset, key)


def _words(dataset: Dataset, missing: MissingFiles) -> str:
    folder = plain(str(dataset.root))
    if missing.root_is_gone:
        what = f"The folder {folder} is not there any more, and with it all {missing.num_files:,} images."
    else:
        names = ", ".join(plain(name) for name in missing.names[:NAMED])
        more = f" and {missing.num_missing - NAMED:,} more" if missing.num_missing > NAMED else ""
        of_all = f"{missing.num_missing:,} of {missing.num_files:,}"
        what = f"Gone from {folder}: {of_all} images, {names}{more}."
    if can_relocate(dataset):
        return f"{what} Put them back, or say where they are now."
    return f"{what} They were a part of this workspace; delete the dataset and add it again."


def _form(dataset: Dataset, key: str) -> None:
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    folder = left.text_input(
        "Folder of the images now",
        placeholder=str(dataset.root),
        help=FOLDER_HELP,
        **state.bind(f"path_{key}"),
    ).strip()
    allow = st.checkbox("Also when some are missing there", help=ALLOW_HELP, **state.bind(f"allow_{key}"))
    if right.button("Use this folder", disabled=not folder, key=f"button_{key}", width="stretch"):
        workspace, name = cache.workspace(), dataset.name

        def work(tell: Any) -> Dataset:
            return relocate(workspace, name, Path(folder), allow_missing=allow, progress=tell)

        start_job(key, f"Looking at the images in {folder}", work)
        st.rerun()
    if folder:
        command_popover(
            ["datasets", "relocate", dataset.name, folder, *(["--allow-missing"] if allow else [])]
        )


def _show_end(job: BackgroundJob[Dataset]) -> None:
    with shown_as_text():
        dataset = job.result()
        st.toast(f"The images of {plain(dataset.name)} are found again.", icon=":material/check:")
        st.rerun()

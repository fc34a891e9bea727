"""Add a dataset from disk: where it lies, where the labels stand, and how far the work is."""

from pathlib import Path
from typing import Any

import streamlit as st

from app import cache, state
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.command import command_popover
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.adding import MetadataColumns, add_dataset, suggest_name
from core.datasets.background import BackgroundJob
from core.datasets.dataset import Dataset
from core.datasets.sources.metadata_csv import guess_columns, read_columns

JOB = "adding"  # one dataset at a time on this server
SOURCE_HELP = (
    "Path on the computer that runs Regroup. One of: a folder whose subfolders are the classes (train, val "
    "and test folders above them are kept); a folder of images with a CSV file of labels; an .npz file with "
    "x_train, y_train and so on. Images stay where they are."
)
SEPARATOR_HELP = (
    "For pictures cut from one photo, such as photo7_1.jpg and photo7_2.jpg: they resemble each other, so a "
    "test is fair only when they are in the same split."
)
FILE_SEPARATOR = "_"


def add_dataset_panel() -> None:
    """Draw the form, or the progress of the dataset that is being added."""
    is_begun = is_running(JOB) or bool(st.session_state.get("add_source"))  # else typing would fold it
    with st.expander("Add a dataset", expanded=is_begun, icon=":material/add:"):
        ended = follow_job(JOB)
        if ended is not None:
            _show_end(ended)
        if is_running(JOB):
            return
        _form()


def _form() -> None:
    source = st.text_input("Folder or .npz file", help=SOURCE_HELP, **state.bind("add_source")).strip()
    labels = st.text_input(
        "Labels (CSV file)",
        placeholder="Only when the labels are not the folders' names",
        **state.bind("add_labels"),
    ).strip()
    metadata = _choose_columns(labels) if labels else None
    separator = None
    if not labels and not source.lower().endswith(".npz"):
        together = st.checkbox(
            "Pictures whose file names agree up to the last _ belong together",
            help=SEPARATOR_HELP,
            **state.bind("add_together"),
        )
        separator = FILE_SEPARATOR if together else None
    left, right = st.columns([3, 1])
    suggested = suggest_name(source) if source else None
    name = left.text_input("Name", placeholder=suggested, **state.bind("add_name")).strip() or suggested
    seed = right.number_input(
        "Seed",
        min_value=0,
        step=1,
        help="Start of the random numbers that divide the images.",
        **state.bind("add_seed"),
    )
    with st.container(horizontal=True):
        if st.button("Add", type="primary", disabled=not source or bool(labels and metadata is None)):
            options: dict[str, Any] = {
                "name": name,
                "metadata": metadata,
                "group_separator": separator,
                "seed": int(seed),
            }
            workspace = cache.workspace()
            work = lambda tell: add_dataset(workspace, source, progress=tell, **options)  # noqa: E731
            start_job(JOB, f"Adding {source}", work)
            st.rerun()
        if source and separator is None:
            command_popover(_command(source, name, metadata, int(seed)))


def _choose_columns(labels: str) -> MetadataColumns | None:
    """Offer the columns of a CSV file; None where it cannot be read, which is said."""
    with shown_as_text():
        columns = read_columns(Path(labels))
        image, label, group = guess_columns(columns)
        places = st.columns(3)
        return MetadataColumns(
            Path(labels),
            places[0].selectbox("Column of the image", columns, index=image, key=f"add_image_{labels}"),
            places[1].selectbox("Column of the label", columns, index=label, key=f"add_label_{labels}"),
            places[2].selectbox(
                "Column of the group",
                columns,
                index=group,
                placeholder="None",
                key=f"add_group_{labels}",
                help="What several pictures share, such as the patient. They stay in one split, so that the "
                "test is fair.",
            ),
        )
    return None


def _show_end(job: BackgroundJob[Dataset]) -> None:
    """Choose the new dataset where it was asked for, or say why there is none."""
    is_mine = is_own(JOB, job)
    with shown_as_text():
        dataset = job.result()
        st.toast(f"Added {plain(dataset.name)}: {dataset.num_images:,} images.", icon=":material/check:")
        if not is_mine:
            return
        state.choose(dataset=dataset.name)
        for key in ("add_source", "add_labels", "add_name"):
            st.session_state.pop(key, None)
        st.rerun()


def _command(source: str, name: str | None, metadata: MetadataColumns | None, seed: int) -> list[str]:
    arguments = ["datasets", "add", source, "--name", name or ""]
    if metadata is not None:
        arguments += ["--labels", str(metadata.labels_path), "--image-column", metadata.image_column]
        arguments += ["--label-column", metadata.label_column]
        arguments += ["--group-column", metadata.group_column] if metadata.group_column else []
    return arguments + (["--seed", str(seed)] if seed else [])

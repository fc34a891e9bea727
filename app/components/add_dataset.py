"""Add a dataset from disk: where it lies, where the labels stand, and how far the work is."""

from pathlib import Path

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.run_words import duration
from app.failures import shown_as_text
from core.datasets.adding import MetadataColumns, suggest_name
from core.datasets.adding_job import AddingJob
from core.datasets.sources.metadata_csv import guess_columns, read_columns

POLL_S = 0.5  # seconds between two looks while a dataset is being added
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
KEY_FOLLOWED = "add_followed"  # the job whose end this browser has still to show
KEY_OWN = "add_own"  # the job that this browser started


def add_dataset_panel() -> None:
    """Draw the form, or the progress of the dataset that is being added."""
    job = _jobs().get("current")
    if job is not None and job.is_running:
        st.session_state.setdefault(KEY_FOLLOWED, job)  # also in a browser that did not start it
    followed = st.session_state.get(KEY_FOLLOWED)
    is_begun = followed is not None or bool(st.session_state.get("add_source"))  # else typing would fold it
    with st.expander("Add a dataset", expanded=is_begun, icon=":material/add:"):
        if followed is not None and followed.is_running:
            st.fragment(_follow, run_every=POLL_S)(followed)
            return
        if followed is not None:
            del st.session_state[KEY_FOLLOWED]
            _show_end(followed)
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
            options = {"name": name, "metadata": metadata, "group_separator": separator, "seed": int(seed)}
            job = AddingJob(cache.workspace(), source, **options)
            _jobs()["current"] = st.session_state[KEY_OWN] = st.session_state[KEY_FOLLOWED] = job
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


def _follow(job: AddingJob) -> None:
    with shown_as_text():
        if not job.is_running:
            st.rerun()
        left = "" if job.seconds_left is None else f", {duration(job.seconds_left)} left"
        text = f"{job.done:,} of {job.total:,} images{left}" if job.total else "Looking for images"
        st.progress(job.done / job.total if job.total else 0.0, text=f"{plain(job.source)}: {text}")
        st.button("Stop", icon=":material/stop:", on_click=job.stop, help="Nothing is kept.")


def _show_end(job: AddingJob) -> None:
    """Choose the new dataset where it was asked for, or say why there is none."""
    if _jobs().get("current") is job:
        _jobs().clear()
    with shown_as_text():
        dataset = job.result()
        st.toast(f"Added {plain(dataset.name)}: {dataset.num_images:,} images.", icon=":material/check:")
        if st.session_state.pop(KEY_OWN, None) is not job:
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


@st.cache_resource
def _jobs() -> dict[str, AddingJob]:
    """The dataset being added, under ``current``: one at a time on this server, whichever browser asked."""
    return {}

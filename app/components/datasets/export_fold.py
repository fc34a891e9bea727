"""Write a dataset into a folder, for other programs."""

from typing import Any

import streamlit as st

from app import state
from app.components.background_jobs import follow_job, is_running, start_job
from app.components.command import command_popover
from app.components.plain_text import plain
from core.datasets.dataset import Dataset
from core.datasets.preparing.exporting import Export, check_target, export_dataset

JOB = "exporting"
LAYOUTS = {"folders": "Class folders", "csv": "A table beside the images"}
COPIES = {"copy": "Copies", "hardlink": "Hard links", "none": "The table alone"}
HELP = {
    "target": "A path on the computer that runs Regroup, of a folder that is not there yet, or is empty.",
    "layout": "Class folders: one folder a class, as most programs read them. A table: images.csv with path, "
    "label, split, group and all columns of the source.",
    "copies": "Copies are files of their own. A hard link is a second name of the same file, without space, "
    "but who changes it under one name changes it under both. Pictures with something painted over, "
    "and those of an array, are always written anew, as PNG.",
    "splits": "train, val and test above the class folders.",
}


def export_fold(dataset: Dataset) -> None:
    """Draw the form, or the progress."""
    st.markdown("Write the pictures that are not left out into a new folder; it can be added again as it is.")
    ended = follow_job(JOB)
    if ended is not None:
        show_export(ended.result())
    if is_running(JOB):
        return
    target = st.text_input("Folder", help=HELP["target"], **state.bind("export_target")).strip()
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    layout = left.selectbox(
        "Layout",
        list(LAYOUTS),
        format_func=LAYOUTS.__getitem__,
        help=HELP["layout"],
        **state.bind("export_layout"),
    )
    kinds = [kind for kind in COPIES if kind != "none" or (layout == "csv" and dataset.root is not None)]
    copies = middle.selectbox(
        "Pictures",
        kinds,
        format_func=COPIES.__getitem__,
        help=HELP["copies"],
        key=f"export_copies_{len(kinds)}",
    )
    splits = layout == "folders" and right.toggle(
        "Split folders", True, help=HELP["splits"], **state.bind("export_splits")
    )
    options: dict[str, Any] = {"layout": layout, "copies": copies, "splits": splits}
    with st.container(horizontal=True):
        if st.button(
            "Export", type="primary", icon=":material/folder_zip:", disabled=not target, key="export_start"
        ):
            check_target(dataset, target)
            work = lambda tell: export_dataset(dataset, target, **options, progress=tell)  # noqa: E731
            start_job(JOB, f"Exporting {dataset.name}", work)
            st.rerun()
        if target:
            command_popover(_command(dataset, target, options))


def show_export(done: Export) -> None:
    """Tell what was written, and where."""
    words = f"Wrote {done.num_images:,} images into {plain(str(done.folder))}."
    if done.num_linked:
        words += f" {done.num_linked:,} of them are hard links."
    if done.renamed:
        names = ", ".join(
            f"{plain(name)} as {plain(folder)}" for name, folder in list(done.renamed.items())[:3]
        )
        words += f" Class names that cannot be a folder's were changed ({names}); classes.csv tells which."
    st.success(words, icon=":material/check:")


def _command(dataset: Dataset, target: str, options: dict[str, Any]) -> list[str]:
    arguments = ["datasets", "export", dataset.name, target, "--layout", options["layout"]]
    arguments += ["--copies", options["copies"]]
    return arguments + (["--no-splits"] if options["layout"] == "folders" and not options["splits"] else [])

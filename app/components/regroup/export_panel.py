"""The pictures by groups: a saved grouping written as folders, one a group, for any other program."""

import streamlit as st

from app import cache, state
from app.components.background_jobs import follow_job, is_running, start_job
from app.components.command import command_popover
from app.components.datasets.export_fold import COPIES, HELP, JOB, show_export
from app.components.no_pictures import tell_no_pictures
from app.components.regroup.draft import Draft
from core.datasets.preparing.derivation import regroup_dataset
from core.datasets.preparing.exporting import Copies, check_target, export_dataset
from core.runs.run import Run

KINDS: tuple[Copies, ...] = ("hardlink", "copy")


def export_panel(run: Run, _draft: Draft) -> None:
    """Draw the form, or the progress."""
    name = run.config.dataset
    dataset = cache.dataset(name)
    if tell_no_pictures(dataset, otherwise="A grouping can be exported as a file instead."):
        return
    saved = {each.name: each for each in cache.saved_groupings(name)}
    if not saved:
        st.info("Save the grouping first; then its pictures can be written as folders, one a group.")
        return
    st.markdown("Write the pictures into a new folder, one folder a group; your own files stay as they are.")
    ended = follow_job(JOB)
    if ended is not None:
        show_export(ended.result())
    if is_running(JOB):
        return
    grouping, target, copies, splits = _form(list(saved))
    with st.container(horizontal=True):
        if st.button(
            "Export by groups", icon=":material/folder_zip:", disabled=not target, key="regroup_export"
        ):
            check_target(dataset, target)
            grouped = regroup_dataset(dataset, saved[grouping].grouping.to_mapping())
            start_job(
                JOB,
                f"Exporting {name} by groups",
                lambda tell: export_dataset(grouped, target, copies=copies, splits=splits, progress=tell),
            )
            st.rerun()
        if target:
            arguments = ["datasets", "export", name, target, "--grouping", grouping, "--copies", copies]
            command_popover(arguments if splits else [*arguments, "--no-splits"], label="Command: export")


def _form(names: list[str]) -> tuple[str, str, Copies, bool]:
    """Draw the fields; return grouping, folder, kind of copies and whether there are split folders."""
    left, middle, right, last = st.columns([3, 4, 3, 3], vertical_alignment="bottom")
    if st.session_state.get("regroup_export_grouping") not in names:
        st.session_state["regroup_export_grouping"] = names[0]
    grouping = left.selectbox(
        "Saved grouping",
        names,
        help="Groups as they were saved, the newest first.",
        **state.bind("regroup_export_grouping"),
    )
    target = middle.text_input("Folder", help=HELP["target"], **state.bind("regroup_export_target")).strip()
    copies = right.selectbox(
        "Pictures",
        KINDS,
        format_func=COPIES.__getitem__,
        help=HELP["copies"],
        **state.bind("regroup_export_copies"),
    )
    splits = last.toggle("Split folders", True, help=HELP["splits"], **state.bind("regroup_export_splits"))
    return grouping, target, copies, splits

"""Saved groupings: open one as a step, download it, delete it, and read one from a file."""

from datetime import datetime
from functools import partial

import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, kept_for_later
from core.regrouping.keeping.files import MAX_BYTES, FileKind, read_grouping, write_grouping
from core.regrouping.keeping.saved import SavedGrouping, where_from
from core.regrouping.keeping.store import delete_grouping
from core.runs.run import Run
from core.words import SPLIT_NAMES, counted

CHOSEN = "regroup_saved"
UPLOAD = "regroup_upload"
FILE_HELP = (
    "JSON holds the groups and who chose them, when, on which split and by which steps. CSV holds a line for "
    "each class: class,group."
)


def saved_panel(_run: Run, draft: Draft) -> None:
    """Draw the choice of a saved grouping with what can be done, and the field for a file."""
    saved = {each.name: each for each in cache.saved_groupings(draft.dataset, draft.class_names)}
    if saved:
        if st.session_state.get(CHOSEN) not in saved:
            st.session_state[CHOSEN] = next(iter(saved))
        name = st.selectbox("Saved groupings", list(saved), key=CHOSEN, help="Of this dataset, newest first.")
        _saved_card(draft, saved[name])
    file = st.file_uploader(
        "Read a grouping from a file",
        type=["json", "csv", "tsv", "txt"],
        max_upload_size=MAX_BYTES // 1_000_000,
        key=UPLOAD,
        help=FILE_HELP,
    )
    if file is not None:
        st.button(
            "Open it as a step",
            icon=":material/upload_file:",
            key="regroup_read",
            on_click=_read,
            args=(draft, file.name, file.getvalue()),
            help="Replaces the groups by those of the file; can be undone.",
        )


def _saved_card(draft: Draft, saved: SavedGrouping) -> None:
    """Say where a saved grouping comes from, and offer what can be done with it."""
    st.caption(about(saved))
    row = st.container(horizontal=True, gap="small")
    row.button(
        "Open",
        icon=":material/folder_open:",
        key="regroup_open",
        on_click=_open,
        args=(draft, saved),
        help="Shows these groups as a step; can be undone.",
    )
    kinds: tuple[FileKind, ...] = ("json", "csv")
    for kind in kinds:
        row.download_button(
            kind.upper(),
            data=partial(write_grouping, saved, kind),
            file_name=f"{saved.name}.{kind}",
            icon=":material/download:",
            key=f"regroup_download_{kind}",
            on_click="ignore",
            help=FILE_HELP,
        )
    with row.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete the saved grouping {plain(saved.name)}? Runs trained on it keep their groups.")
        st.button("Delete it", key="regroup_delete", on_click=_delete, args=(draft, saved.name))
    with row:
        command_popover(
            ["group", "export", draft.dataset, saved.name, f"{saved.name}.json"], label="Command: export"
        )


def about(saved: SavedGrouping) -> str:
    """Who chose a grouping, when, on which split and how, as Markdown."""
    split = SPLIT_NAMES.get(saved.split, saved.split)
    chosen = f"chosen on {split} with {saved.run_id}" if saved.run_id else "not chosen on a run"
    when = f", {datetime.fromtimestamp(saved.created):%Y-%m-%d %H:%M}" if saved.created else ""
    steps = f", {counted(len(saved.steps), 'step')}" if saved.steps else ""
    author = f" by {saved.author}" if saved.author else ""
    return plain(f"{counted(saved.grouping.num_groups, 'group')}, {chosen}{author}{when}{steps}.")


def _open(draft: Draft, saved: SavedGrouping) -> None:
    draft.take(lambda _: saved.grouping, f"Opened {saved.name}", origin=where_from(saved))


def _read(draft: Draft, file_name: str, content: bytes) -> None:
    with kept_for_later():
        found = read_grouping(content, file_name, dataset_name=draft.dataset, class_names=draft.class_names)
        draft.take(lambda _: found.grouping, f"Read {file_name}", origin=where_from(found))


def _delete(draft: Draft, name: str) -> None:
    with kept_for_later():
        delete_grouping(cache.workspace(), draft.dataset, name)

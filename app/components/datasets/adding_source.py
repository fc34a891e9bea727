"""Where a new dataset comes from: a path on this computer, an upload, or a set that has a name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

import streamlit as st

from app import state
from app.components.datasets.adding_upload import forget_upload, store_upload
from app.components.plain_text import plain
from core.datasets.adding.add import suggest_name
from core.datasets.adding.by_name import NamedOptions, suggest_name_of
from core.datasets.sources import hub
from core.datasets.sources.folder import ARCHIVE_SUFFIXES, ARRAY_SUFFIXES
from core.datasets.sources.hub import HubColumns
from core.datasets.sources.keras_sets import KERAS_SETS, PREFIX, files_to_download

WAYS = {"path": "On this computer", "upload": "Upload", "name": "By name"}
WAY_HELP = (
    "On the computer that runs Regroup, a folder is best: its images stay where they are and none is copied. "
    "An upload comes through the browser and is kept in the workspace."
)
PATH_HELP = (
    "Path on the computer that runs Regroup. One of: a folder whose subfolders are the classes (train, val "
    "and test folders above them are kept); a folder of images with a table of their labels; an archive of "
    "such a folder; a table; arrays as .npz or .npy."
)
MAX_UPLOAD_MB = 1000  # as in .streamlit/config.toml; an upload stands in memory until it is stored
UPLOAD_KINDS = {"file": "A file", "folder": "A folder"}
FILE_SUFFIXES = (*ARCHIVE_SUFFIXES, *ARRAY_SUFFIXES)
FILE_TYPES = [suffix.removeprefix(".") for suffix in FILE_SUFFIXES]
HUB = "hub"
UPLOADS = "add_uploads"  # number of uploads so far: an uploader is emptied by giving it another key


@dataclass(frozen=True)
class AddingSource:
    """What is to be added.

    Attributes:
        text: A path, a name with ``keras:`` or ``hf:``, or the name of what was uploaded.
        suggested_name: A name for the dataset.
        path: Where it lies on this computer; None for a name and for an uploaded folder.
        files: Path and content of each file of an uploaded folder.
        named: For a name: what of it to take; None for anything else.
    """

    text: str
    suggested_name: str
    path: str | None = None
    files: Sequence[tuple[str, IO[bytes]]] = field(default=(), repr=False)
    named: NamedOptions | None = None


def choose_source() -> AddingSource | None:
    """Draw the ways in and the fields of the chosen one; None until something is chosen."""
    way = st.segmented_control(
        "Where it is",
        list(WAYS),
        default="path",
        format_func=WAYS.__getitem__,
        required=True,
        help=WAY_HELP,
        **state.bind("add_way"),
    )
    if way == "upload":
        return _upload()
    return _by_name() if way == "name" else _path()


def _path() -> AddingSource | None:
    text = st.text_input(
        "Folder or file", placeholder="/home/you/birds", help=PATH_HELP, **state.bind("add_source")
    ).strip()
    return AddingSource(text, suggest_name(text), text) if text else None


def _upload() -> AddingSource | None:
    kind = st.segmented_control(
        "What to upload",
        list(UPLOAD_KINDS),
        default="file",
        format_func=UPLOAD_KINDS.__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.bind("add_upload_kind"),
    )
    number = st.session_state.get(UPLOADS, 0)
    return _uploaded_folder(number) if kind == "folder" else _uploaded_file(number)


def _uploaded_file(number: int) -> AddingSource | None:
    file = st.file_uploader(
        f"An archive (.zip, .tar, .tar.gz ...) or arrays (.npz), up to {MAX_UPLOAD_MB} MB",
        type=FILE_TYPES,
        max_upload_size=MAX_UPLOAD_MB,
        key=f"add_upload_file_{number}",
    )
    if file is None:
        return None
    return AddingSource(file.name, suggest_name(file.name), str(store_upload(file, FILE_SUFFIXES)))


def _uploaded_folder(number: int) -> AddingSource | None:
    files = st.file_uploader(
        f"A folder, up to {MAX_UPLOAD_MB} MB a file; above some thousand images an archive is much faster",
        accept_multiple_files="directory",
        max_upload_size=MAX_UPLOAD_MB,
        key=f"add_upload_folder_{number}",
    )
    if not files:
        return None
    top = files[0].name.replace("\\", "/").strip("/").partition("/")[0]
    return AddingSource(top, suggest_name(top), files=[(file.name, file) for file in files])


def forget_source() -> None:
    """Empty all fields of the form, once a dataset has been added."""
    forget_upload()
    number = st.session_state.get(UPLOADS, 0)
    for key in [key for key in st.session_state if str(key).startswith("add_")]:
        del st.session_state[key]
    st.session_state[UPLOADS] = number + 1


def _by_name() -> AddingSource | None:
    titles = {name: each.title for name, each in KERAS_SETS.items()} | {HUB: "From the Hugging Face hub"}
    name = st.selectbox(
        "Dataset",
        list(titles),
        index=None,
        placeholder="Choose one",
        format_func=titles.__getitem__,
        **state.bind("add_set"),
    )
    if name == HUB:
        return _of_the_hub()
    return _of_keras(name) if name is not None else None


def _of_keras(name: str) -> AddingSource:
    chosen = KERAS_SETS[name]
    missing = files_to_download(name)
    where = f"{chosen.megabytes} MB to download" if missing else "already on this computer"
    st.caption(f"{plain(chosen.summary)}; {where}.")
    coarse = False
    if chosen.has_families:
        coarse = st.toggle(
            "The 20 families are the classes",
            help="Each of the 100 classes belongs to one of 20 families, such as trees. Off: the 100 are the "
            "classes, and the families are shown beside them.",
            **state.bind("add_coarse"),
        )
    source, named = f"{PREFIX}{name}", NamedOptions(coarse=coarse)
    return AddingSource(source, suggest_name_of(source, named), named=named)


def _of_the_hub() -> AddingSource | None:
    if not hub.is_installed():
        st.info(f"This needs a further package: `{hub.INSTALL}`, then start Regroup again.")
        return None
    name = st.text_input(
        "Name on the hub",
        placeholder="owner/name",
        help=f"As it stands at {hub.WEB}.",
        **state.bind("add_hub"),
    ).strip()
    places = st.columns(3)
    texts = {
        "config": ("Configuration", "Called subset on its page. Only where it has several."),
        "image": ("Column of the image", "Only when it is not the first column of images."),
        "label": ("Column of the label", "Only when it is not the first column of classes."),
    }
    config, image, label = (
        place.text_input(title, help=told, **state.bind(f"add_hub_{key}")).strip() or None
        for place, (key, (title, told)) in zip(places, texts.items(), strict=True)
    )
    if not name:
        return None
    source = hub.PREFIX + name.removeprefix(hub.PREFIX)
    named = NamedOptions(hub=HubColumns(config, image, label))
    return AddingSource(source, suggest_name_of(source), named=named)

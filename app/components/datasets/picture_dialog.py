"""The full picture with its record in a dialog, with the pictures before and after it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from app import cache
from app.components.datasets.edit_bar import edit_bar
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import load_edits
from core.datasets.images.full_picture import full_picture
from core.words import SPLIT_NAMES

OPEN = "open_picture"  # session key of the picture that is open
SCAN_TITLES = {
    "brightness": ("Brightness", "Mean of all pixels, 0 (black) to 255 (white)."),
    "contrast": ("Contrast", "Standard deviation of the pixels; near 0 the picture is blank."),
    "sharpness": ("Sharpness", "Higher is sharper; compare only pictures of similar size and content."),
    "outlier": ("Outlier score", "Higher is stranger among the pictures of this dataset."),
}
STYLE = """<style>
.full-picture { text-align: center; background: rgba(128, 128, 128, .1); border-radius: 6px; padding: 6px; }
.full-picture img { max-width: 100%; max-height: 68vh; object-fit: contain; }
.full-picture img.tiny { image-rendering: pixelated; width: 100%; height: min(60vh, 480px); }
.record { width: 100%; font-size: .875rem; border-collapse: collapse; }
.record th { text-align: left; font-weight: 400; opacity: .7; padding: 3px 12px 3px 0; vertical-align: top;
  white-space: nowrap; }
.record td { padding: 3px 0; overflow-wrap: anywhere; }
.record tr + tr { border-top: 1px solid rgba(128, 128, 128, .2); }
</style>"""
TINY = 300  # pixels; smaller pictures are enlarged with hard edges


@dataclass(frozen=True)
class _Open:
    """The picture that is open: ``ids[place]`` of a dataset; ``opener`` is who draws it in every run."""

    dataset: str
    ids: tuple[int, ...]
    place: int
    opener: str


def open_picture(dataset: Dataset, sample_id: int, among: Sequence[int] | np.ndarray, *, opener: str) -> None:
    """Let ``show_open_picture`` draw the dialog from now on until it is closed; for a callback.

    Args:
        dataset: Whose picture.
        sample_id: Which.
        among: The list in which "previous" and "next" go.
        opener: Key of the element that draws the dialog.
    """
    ids = tuple(int(one) for one in among)
    st.session_state[OPEN] = _Open(dataset.name, ids, ids.index(int(sample_id)), opener)


def show_open_picture(dataset: Dataset, *, opener: str) -> None:
    """Draw the dialog when this opener has opened it: also after an edit in it, which runs the page anew."""
    opened: _Open | None = st.session_state.get(OPEN)
    if opened is not None and (opened.dataset, opened.opener) == (dataset.name, opener):
        _dialog()


def _close() -> None:
    st.session_state.pop(OPEN, None)


def _step(by: int) -> None:
    opened: _Open = st.session_state[OPEN]
    st.session_state[OPEN] = replace(opened, place=min(max(opened.place + by, 0), len(opened.ids) - 1))


@st.dialog("Picture", width="large", icon=":material/image:", on_dismiss=_close)
def _dialog() -> None:
    opened: _Open | None = st.session_state.get(OPEN)
    if opened is None:
        return
    with shown_as_text():
        dataset = cache.dataset(opened.dataset)
        sample_id = opened.ids[opened.place]
        if len(opened.ids) > 1:
            _steps(opened)
        picture, record = st.columns([3, 2])
        with record:
            st.html(f'{STYLE}<table class="record">{_rows(picture_record(dataset, sample_id))}</table>')
        with picture, shown_as_text():
            st.html(_picture(dataset, sample_id))
        edit_bar(dataset, [sample_id], key=f"dialog_{sample_id}")


def _steps(opened: _Open) -> None:
    last = len(opened.ids) - 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous", icon=":material/chevron_left:", shortcut="Left", on_click=_step, args=(-1,),
            disabled=opened.place == 0, key="picture_previous",
        )  # fmt: skip
        st.button(
            "Next", icon=":material/chevron_right:", shortcut="Right", on_click=_step, args=(1,),
            disabled=opened.place == last, key="picture_next",
        )  # fmt: skip
        st.caption(f"{opened.place + 1:,} of {last + 1:,} on this page")


def _picture(dataset: Dataset, sample_id: int) -> str:
    found = full_picture(dataset, sample_id)
    kind = "tiny" if max(found.width, found.height) < TINY else ""
    source = base64.b64encode(found.content).decode()
    return (
        f'{STYLE}<div class="full-picture"><img class="{kind}" alt="Image {sample_id}" '
        f'src="data:{found.media_type};base64,{source}"></div>'
    )


def picture_record(dataset: Dataset, sample_id: int) -> dict[str, tuple[str, str]]:
    """Return what is known of an image: title to (value, explanation), all plain text."""
    row = dataset.table.iloc[sample_id]
    label = int(row["label"])
    record = {
        "File": (_place_of(dataset, sample_id), ""),
        "Class": (dataset.class_names[label] if label >= 0 else "none", ""),
        "Split": (SPLIT_NAMES.get(str(row["split"]), "none"), "Which part of the work it is used for."),
        "Size": (f"{row['width']:,} x {row['height']:,} pixels", ""),
        "Color mode": (str(row["mode"]), "As found in the file: L is grey, P a palette, A transparency."),
    }  # fmt: skip
    if pd.notna(row["group"]):
        record["Group"] = (str(row["group"]), "Pictures of one group stay in one split.")
    record |= _scanned(dataset, sample_id)
    for column, value in dataset.metadata.iloc[sample_id].items() if len(dataset.metadata.columns) else ():
        record[str(column)] = ("" if pd.isna(value) else _number(value), "From the source's own table.")
    if row["excluded"]:
        record["Left out"] = (str(row["reason"]), "It is used nowhere.")
    edits = _edits_of(dataset, sample_id)
    if edits:
        record["Edits"] = ("; ".join(edits), "What was changed here by hand.")
    return record


def _place_of(dataset: Dataset, sample_id: int) -> str:
    path = dataset.table["path"].iat[sample_id]
    if dataset.root is None:
        return f"picture {sample_id} of an array"
    return str(dataset.root / path) if isinstance(path, str) else "none was found"


def _scanned(dataset: Dataset, sample_id: int) -> dict[str, tuple[str, str]]:
    scan = cache.scan(dataset.name)
    if scan is None:
        return {}
    values = scan.iloc[sample_id].to_dict()
    found = {"Bytes": (f"{values['bytes']:,.0f}", "Of the file, or of the pixels in the array.")}
    for column, (title, explanation) in SCAN_TITLES.items():
        found[title] = ("not known" if pd.isna(values[column]) else _number(values[column]), explanation)
    return found


def _edits_of(dataset: Dataset, sample_id: int) -> list[str]:
    if not dataset.num_edits or dataset.folder is None:
        return []
    steps = load_edits(dataset.folder).active
    return [step.title for step in steps if any(sample_id in change.sample_ids for change in step.changes)]


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)


def _rows(record: dict[str, tuple[str, str]]) -> str:
    return "".join(
        f'<tr><th scope="row" title="{escape(explanation)}">{escape(title)}</th><td>{escape(value)}</td></tr>'
        for title, (value, explanation) in record.items()
    )

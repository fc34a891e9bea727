"""A grid of thumbnails to choose from, as in a file manager (components v2, plain JavaScript).

Click chooses one, Shift extends, Ctrl or Cmd adds or takes away, Ctrl+A takes all, Escape none; a double
click or Enter opens the full picture. Python sends one value of bytes, the same as long as the pictures are
the same; the browser keeps the choice and reports it whole, so that a report that is overtaken is not missed.
"""

import hashlib
import json
import secrets
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from app import cache
from app.components.datasets.picture_dialog import open_picture, show_open_picture
from app.components.thumbnail_grid import names_of
from core.datasets.dataset import Dataset

FOLDER = Path(__file__).parent
HTML = """
<div class="picker">
  <div class="grid" role="listbox" aria-multiselectable="true" aria-label="Pictures" tabindex="-1"></div>
  <p class="status" role="status" aria-live="polite"></p>
</div>
"""

_mount = st.components.v2.component(
    "regroup_picture_picker",
    html=HTML,
    css=(FOLDER / "picture_picker.css").read_text(encoding="utf-8"),
    js=(FOLDER / "picture_picker.js").read_text(encoding="utf-8"),
)


def picture_picker(
    dataset: Dataset,
    sample_ids: Sequence[int] | np.ndarray,
    *,
    captions: Sequence[str] | None = None,
    pairs: Sequence[str] | None = None,
    key: str,
    size: int = 96,
) -> list[int]:
    """Draw pictures and return which of them are chosen.

    Args:
        dataset: Whose pictures.
        sample_ids: Which, in this order. Another list begins with nothing chosen.
        captions: One below each picture, any text; too long ones are cut and shown whole on hover.
        pairs: One text for each two pictures, which then stand in a box with it below; a picture may be in
            several pairs and is chosen in all of them at once.
        key: Unique on the page; a page draws the full picture of one picker at a time.
        size: Of a picture's box on screen, CSS pixels.

    Returns:
        Sample ids of the chosen pictures, in the order of the list.
    """
    ids = [int(sample_id) for sample_id in sample_ids]
    if key not in st.session_state:  # newly on the page: the browser, too, shall begin with nothing chosen
        st.session_state[f"{key}_token"] = secrets.token_hex(4)
    token = f"{st.session_state[f'{key}_token']}-{_name_of_list(dataset, ids)}"

    def react() -> None:
        opened = read_report(st.session_state[key].get("report"), token, ids)[1]
        if opened is not None:
            open_picture(dataset, opened, ids, opener=key)

    pictures = cache.thumbnails_of(dataset.name, tuple(ids), size)
    header = {
        "token": token,
        "size": size,
        "ids": ids,
        "names": names_of(dataset, ids),
        "captions": [] if captions is None else list(captions),
        "pairs": [] if pairs is None else list(pairs),
        "leftOut": dataset.table["excluded"].to_numpy(bool)[ids].tolist(),
    }
    report = _mount(key=key, data=pack_payload(header, pictures), on_report_change=react).get("report")
    show_open_picture(dataset, opener=key)
    return read_report(report, token, ids)[0]


def pack_payload(header: dict[str, Any], pictures: Sequence[bytes]) -> bytes:
    r"""Return what the grid draws as one value of bytes: length of the header (uint32), header, JPEGs.

    >>> pack_payload({"ids": [7]}, [b"jpeg"])
    b'\x1c\x00\x00\x00{"ids": [7], "lengths": [4]}jpeg'
    """
    text = json.dumps({**header, "lengths": [len(picture) for picture in pictures]}).encode()
    text += b" " * (-len(text) % 4)
    return b"".join((struct.pack("<I", len(text)), text, *pictures))


def read_report(report: Any, token: str, sample_ids: Sequence[int]) -> tuple[list[int], int | None]:
    """Return which samples the browser says are chosen, and which one shall be opened.

    What was reported for another list of pictures, or does not fit this one, is passed over.

    >>> read_report({"token": "a", "chosen": [3, 1], "opened": None}, "a", [1, 2, 3])
    ([1, 3], None)
    >>> read_report({"token": "of another list", "chosen": [3], "opened": 3}, "a", [1, 2, 3])
    ([], None)
    """
    if not isinstance(report, dict) or report.get("token") != token:
        return [], None
    chosen, opened = report.get("chosen"), report.get("opened")
    wanted = {one for one in chosen if isinstance(one, int)} if isinstance(chosen, list) else set()
    is_known = isinstance(opened, int) and opened in sample_ids
    return [sample_id for sample_id in sample_ids if sample_id in wanted], opened if is_known else None


def _name_of_list(dataset: Dataset, ids: list[int]) -> str:
    content = f"{dataset.name}\0{dataset.images_hash}\0".encode() + np.array(ids, np.int64).tobytes()
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()[:12]

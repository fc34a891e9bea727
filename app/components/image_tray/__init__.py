"""A row of thumbnails, one of which is chosen by a click or with Tab and Enter (components v2, plain JS)."""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "image_tray",
    html='<div class="tray" role="group" aria-label="Images to choose from"></div>',
    css=(FOLDER / "image_tray.css").read_text(encoding="utf-8"),
    js=(FOLDER / "image_tray.js").read_text(encoding="utf-8"),
)


def image_tray(
    thumbnails: Sequence[bytes],
    sample_ids: Sequence[int],
    captions: Sequence[str],
    *,
    chosen: int | None,
    on_choose: Callable[[int], None],
    key: str,
) -> None:
    """Draw the row.

    Args:
        thumbnails: One JPEG an image.
        sample_ids: What ``on_choose`` is called with.
        captions: One line each; any text.
        chosen: The sample that has a frame.
        on_choose: Called before the page runs again.
        key: Unique on the page.
    """
    images = [
        {"id": int(sample_id), "source": base64.b64encode(jpeg).decode(), "caption": caption}
        for jpeg, sample_id, caption in zip(thumbnails, sample_ids, captions, strict=True)
    ]

    def choose() -> None:
        clicked = st.session_state[key].get("clicked")
        if clicked is not None:
            on_choose(int(clicked))

    _mount(data={"images": images, "chosen": chosen}, key=key, on_clicked_change=choose)

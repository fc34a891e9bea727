"""The Python side of the picture picker: what is sent, what is read, and that it mounts."""

import json
import struct

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components.picture_picker import pack_payload, read_report


def test_the_payload_holds_the_header_and_every_picture_in_order():
    pictures = [b"first jpeg", b"", b"\xff\xd8 third"]
    payload = pack_payload({"names": ["<b>", "車", "c"]}, pictures)
    (length,) = struct.unpack_from("<I", payload)
    assert length % 4 == 0
    header = json.loads(payload[4 : 4 + length])
    assert header == {"names": ["<b>", "車", "c"], "lengths": [10, 0, 8]}
    assert payload[4 + length :] == b"".join(pictures)


@pytest.mark.parametrize(
    "report",
    [
        None, "text", {}, {"token": "old", "chosen": [1]}, {"token": "new"}, {"token": "new", "chosen": "1"},
        {"token": "new", "chosen": [9, "2", None], "opened": 9},
        {"token": "new", "chosen": [], "opened": "1"},
    ],
)  # fmt: skip
def test_a_report_that_does_not_fit_the_list_is_passed_over(report):
    assert read_report(report, "new", [1, 2, 3]) == ([], None)


def test_chosen_pictures_come_in_the_order_of_the_list():
    assert read_report({"token": "t", "chosen": [1, 3], "opened": 2}, "t", [3, 2, 1]) == ([3, 1], 2)


def show_picker():
    import streamlit as st

    from app import cache
    from app.components.picture_picker import picture_picker

    dataset = cache.dataset("digits")
    chosen = picture_picker(dataset, st.session_state.get("ids", [0, 1, 2]), key="picker")
    st.text(f"chosen: {chosen}")


def test_it_mounts_with_the_pictures_and_nothing_chosen(workspace):
    app = AppTest.from_function(show_picker, default_timeout=60).run()
    assert not app.exception
    assert app.text[0].value == "chosen: []"
    payload = sent(app)
    (length,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + length])
    assert header["ids"] == [0, 1, 2]
    assert header["leftOut"] == [False, False, False]
    assert header["names"][0].startswith("picture 0 (")
    first = np.frombuffer(payload[4 + length :][: header["lengths"][0]], np.uint8)
    assert cv2.imdecode(first, cv2.IMREAD_COLOR).shape == (96, 96, 3)


def test_the_same_list_keeps_its_token_and_another_list_has_another(workspace):
    app = AppTest.from_function(show_picker, default_timeout=60).run()
    first = sent(app)
    assert sent(app.run()) == first
    app.session_state["ids"] = [2, 1, 0]
    assert sent(app.run()) != first


def sent(app: AppTest) -> bytes:
    """What the browser would be sent for the picker."""
    (component,) = app.get("bidi_component")
    return bytes(component.proto.bytes)

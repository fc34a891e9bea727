"""The Python side of the confusion editor: what is sent, what is read, and that it mounts."""

import json
import struct

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components import confusion_editor as editor
from app.components.confusion_editor import pack_payload
from core.plots.theme import PALETTE
from core.regrouping.grouping import Grouping
from core.regrouping.ordering.dendrogram import merge_tree
from core.regrouping.scoring.counts import SparseCounts

NAMES = ("cat", "<b>dog</b>", "車")


def unpack(payload: bytes) -> tuple[dict, np.ndarray]:
    """Header and dense counts, read as the documentation of pack_payload says."""
    (length,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + length])
    num_classes = len(header["classNames"])
    body = payload[4 + length :]
    starts = np.frombuffer(body, "<u4", num_classes + 1)
    counts = np.frombuffer(body, f"<u{header['countBytes']}", starts[-1], starts.nbytes)
    columns = np.frombuffer(body, "<u2", starts[-1], starts.nbytes + counts.nbytes)
    confusion = np.zeros((num_classes, num_classes), np.int64)
    confusion[np.repeat(np.arange(num_classes), np.diff(starts)), columns] = counts
    return header, confusion


@pytest.mark.parametrize("largest", [9, 70_000])
def test_the_payload_holds_the_counts_and_the_groups(largest: int) -> None:
    confusion = np.array([[largest, 2, 0], [0, 0, 0], [1, 0, 5]])
    grouping = Grouping.identity(NAMES).merge(["cat", "車"], "living <i>")
    chosen = ("車", "unknown", "cat")
    payload = pack_payload(confusion, grouping, order=[2, 0, 1], chosen=chosen, seen=7)
    header, counts = unpack(payload)
    np.testing.assert_array_equal(counts, confusion)
    assert header["classNames"] == list(NAMES)
    assert header["groupNames"] == ["living <i>", "<b>dog</b>"]
    assert header["groupOf"] == [0, 1, 0]
    assert (header["order"], header["chosen"]) == ([2, 0, 1], [2, 0])
    assert (header["seen"], header["tree"], header["solid"]) == (7, None, None)
    assert header["countBytes"] == (2 if largest < 2**16 else 4)


def test_sparse_counts_make_the_same_bytes_as_dense_ones() -> None:
    random = np.random.default_rng(1)
    confusion = random.integers(0, 3, (40, 40)) * random.integers(0, 2, (40, 40))
    grouping = Grouping.identity([f"class {index}" for index in range(40)])
    dense = pack_payload(confusion, grouping, order=np.arange(40))
    sparse = SparseCounts.of(confusion)
    assert pack_payload(sparse, grouping, order=np.arange(40)) == dense
    shuffled = random.permutation(len(sparse.counts))
    unsorted = SparseCounts(sparse.rows[shuffled], sparse.columns[shuffled], sparse.counts[shuffled], 40)
    assert pack_payload(unsorted, grouping, order=np.arange(40)) == dense


def test_locks_colors_stability_and_the_tree_are_told_by_index() -> None:
    grouping = Grouping.identity(NAMES).merge(["cat", "車"], "living").color("living", 2).lock("<b>dog</b>")
    tree = merge_tree(np.array([[3, 0, 1], [0, 4, 0], [1, 0, 3]]))
    payload = pack_payload(
        np.eye(3, dtype=int), grouping, order=[0, 1, 2], tree=tree, solid=np.array([True, False])
    )
    header, _ = unpack(payload)
    assert header["groupNames"] == ["living", "<b>dog</b>"]
    assert (header["locked"], header["solid"]) == ([1], [True, False])
    assert header["colors"] == {"0": PALETTE[2]}
    assert header["palette"] == list(PALETTE)
    assert header["tree"]["left"] == tree.left.tolist()
    assert header["tree"]["right"] == tree.right.tolist()
    np.testing.assert_allclose(header["tree"]["height"], tree.height, atol=1e-4)


def test_the_key_of_a_matrix_tells_it_from_others_and_stays_over_clicks() -> None:
    def key(confusion: np.ndarray, grouping: Grouping) -> str:
        return unpack(pack_payload(confusion, grouping, order=[0, 1, 2]))[0]["matrixKey"]

    alone = Grouping.identity(NAMES)
    confusion = np.array([[3, 1, 0], [0, 2, 0], [0, 0, 1]])
    assert key(confusion, alone) == key(confusion, alone.merge(["cat", "車"])) == key(confusion.copy(), alone)
    assert key(confusion, alone) != key(confusion.T.copy(), alone)


def test_a_matrix_in_the_memory_of_one_that_is_gone_is_read_anew() -> None:
    alone = Grouping.identity(NAMES)
    for number in range(50):
        confusion = np.diag([number + 1, 1, 1])
        np.testing.assert_array_equal(unpack(pack_payload(confusion, alone, order=[0, 1, 2]))[1], confusion)
        del confusion


def test_a_word_on_stability_for_each_group_is_asked_for() -> None:
    with pytest.raises(ValueError, match="must say something of 3 groups, not of 2"):
        pack_payload(np.eye(3, dtype=int), Grouping.identity(NAMES), order=[0, 1, 2], solid=[True, False])


def test_the_counts_start_at_a_multiple_of_four_bytes() -> None:
    for extra in range(5):
        grouping = Grouping.identity(["a" * (extra + 1), "b"])
        (length,) = struct.unpack_from("<I", pack_payload(np.eye(2, dtype=int), grouping, order=[0, 1]))
        assert length % 4 == 0


def test_a_thousand_classes_and_fifty_thousand_images_take_a_quarter_of_a_megabyte() -> None:
    random = np.random.default_rng(0)
    confusion = np.zeros((1000, 1000), np.int64)
    np.add.at(confusion, (random.integers(0, 1000, 50_000), random.integers(0, 1000, 50_000)), 1)
    grouping = Grouping.identity([f"class {index}" for index in range(1000)])
    payload = pack_payload(confusion, grouping, order=np.arange(1000))
    np.testing.assert_array_equal(unpack(payload)[1], confusion)
    assert len(payload) < 250_000


def test_an_order_that_forgets_a_class_is_refused() -> None:
    grouping = Grouping.identity(NAMES)
    with pytest.raises(ValueError, match="must name each of them once"):
        pack_payload(np.eye(3, dtype=int), grouping, order=[0, 1, 1])
    with pytest.raises(ValueError, match="must fit 3 classes"):
        pack_payload(np.eye(2, dtype=int), grouping, order=[0, 1, 2])


def test_no_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 65535 classes"):
        pack_payload(np.zeros((0, 0), np.int64), Grouping.identity([]), order=[])


def test_the_editor_mounts_with_its_payload() -> None:
    def script() -> None:
        import numpy as np
        import streamlit as st

        from app.components.confusion_editor import confusion_editor
        from core.regrouping.grouping import Grouping

        confusion_editor(
            np.eye(2, dtype=int), Grouping.identity(["a", "b"]), order=[0, 1], on_event=st.write, key="matrix"
        )
        st.write("drawn")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert app.markdown[0].value == "drawn"
    (mounted,) = app.get("bidi_component")
    assert unpack(mounted.proto.bytes)[0]["classNames"] == ["a", "b"]


def test_scripts_are_joined_in_full_and_never_write_markup() -> None:
    for name in editor.SCRIPTS:
        text = (editor.FOLDER / name).read_text(encoding="utf-8")
        assert "innerHTML" not in text, name
        assert len(text.splitlines()) < 300, name
    assert sorted(path.name for path in editor.FOLDER.glob("*.js")) == sorted(editor.SCRIPTS)

"""The confusion matrix and its groups as one value of bytes, for payload.js to unpack.

Length of the header (uint32), header (JSON, padded to four bytes), then the body: the counts in compressed
rows, that is starts (uint32), counts (uint16 or uint32), columns (uint16). Numbers are little-endian. Only
cells with images take room: 73 classes about 10 kB, 1,000 classes with 50,000 images below 250 kB.

The body is made once a matrix and kept as long as the matrix lives; the header is made anew at each click.
"""

import hashlib
import json
import struct
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from core.plots.theme import PALETTE
from core.regrouping.grouping import Grouping

MAX_CLASSES = 65_535  # column numbers are sent as uint16


class Counts(Protocol):
    """Counts as a list of cells, such as ``core.regrouping.scoring.counts.SparseCounts``."""

    @property
    def rows(self) -> np.ndarray:
        """True class of each cell, shape ``(num_cells,)``."""

    @property
    def columns(self) -> np.ndarray:
        """Predicted class of each cell, shape ``(num_cells,)``."""

    @property
    def counts(self) -> np.ndarray:
        """Images in each cell, shape ``(num_cells,)``."""

    @property
    def num_classes(self) -> int:
        """Number of classes."""


class Tree(Protocol):
    """A tree of merges, such as ``core.regrouping.ordering.dendrogram.MergeTree``."""

    @property
    def left(self) -> np.ndarray:
        """First child of each merge: a class, or ``num_classes`` + number of an earlier merge."""

    @property
    def right(self) -> np.ndarray:
        """Second child of each merge."""

    @property
    def height(self) -> np.ndarray:
        """Distance of the two, 0-1."""


@dataclass(frozen=True)
class Body:
    """The part of a payload that only the matrix decides.

    Attributes:
        content: Starts, counts and columns.
        count_bytes: Bytes of one count, 2 or 4.
        key: Tells one matrix from another; the browser keeps what it has read of the last one.
    """

    content: bytes
    count_bytes: int
    key: str


_bodies: dict[int, tuple[weakref.ref[Any], Body]] = {}  # id of a matrix -> itself, and its body


def pack_payload(
    counts: np.ndarray | Counts,
    grouping: Grouping,
    *,
    order: Sequence[int] | np.ndarray,
    chosen: Sequence[str] = (),
    tree: Tree | None = None,
    solid: Sequence[bool] | np.ndarray | None = None,
    seen: int = 0,
) -> bytes:
    """Return everything the editor draws as one value of bytes.

    Args:
        counts: Confusion matrix, dense of shape ``(num_classes, num_classes)`` or sparse. It must not be
            changed afterwards: its bytes are kept.
        grouping: The groups, and the class names.
        order: Class index for each place along the diagonal, shape ``(num_classes,)``.
        chosen: Class names shown as chosen.
        tree: The tree drawn beside the matrix.
        solid: For each group whether it is outlined solid, else dashed; shape ``(num_groups,)``.
        seen: Number of the last event that Python knows.

    Raises:
        ValueError: The shapes do not fit.
    """
    order = np.asarray(order)
    _check(counts, grouping, order, solid)
    body = _body_of(counts)
    place = {name: index for index, name in enumerate(grouping.class_names)}
    header = {
        "classNames": grouping.class_names,
        **_groups_part(grouping, solid),
        "order": order.tolist(),
        "chosen": [place[name] for name in chosen if name in place],
        "tree": _tree_part(tree),
        "palette": PALETTE,
        "countBytes": body.count_bytes,
        "matrixKey": body.key,
        "seen": seen,
    }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join((struct.pack("<I", len(text)), text, body.content))


def _check(
    counts: np.ndarray | Counts,
    grouping: Grouping,
    order: np.ndarray,
    solid: Sequence[bool] | np.ndarray | None,
) -> None:
    num_classes = grouping.num_classes
    shape = (counts.num_classes,) * 2 if not isinstance(counts, np.ndarray) else counts.shape
    is_permutation = np.array_equal(np.sort(order), np.arange(num_classes))
    if shape != (num_classes, num_classes) or not is_permutation:
        raise ValueError(
            f"counts {shape} and order {order.shape} must fit {num_classes} classes, "
            f"and order must name each of them once."
        )
    if not 0 < num_classes <= MAX_CLASSES:
        raise ValueError(f"The editor draws 1 to {MAX_CLASSES} classes, not {num_classes}.")
    if solid is not None and len(solid) != grouping.num_groups:
        raise ValueError(f"solid must say something of {grouping.num_groups} groups, not of {len(solid)}.")


def _groups_part(grouping: Grouping, solid: Sequence[bool] | np.ndarray | None) -> Mapping[str, object]:
    place = {name: index for index, name in enumerate(grouping.group_names)}
    return {
        "groupNames": grouping.group_names,
        "groupOf": grouping.assignment,
        "locked": sorted(place[name] for name in grouping.locked if name in place),
        "colors": {
            place[name]: PALETTE[index % len(PALETTE)] for name, index in grouping.colors if name in place
        },
        "solid": None if solid is None else [bool(value) for value in solid],
    }


def _tree_part(tree: Tree | None) -> Mapping[str, list[float]] | None:
    if tree is None:
        return None
    height = np.round(tree.height, 4)  # a pixel is more than that
    return {"left": tree.left.tolist(), "right": tree.right.tolist(), "height": height.tolist()}


def _body_of(counts: np.ndarray | Counts) -> Body:
    """The matrix's bytes, made when it is first seen."""
    number = id(counts)
    kept = _bodies.get(number)
    if kept and kept[0]() is counts:
        return kept[1]
    body = _pack_body(counts)
    _bodies[number] = (weakref.ref(counts, lambda gone: _forget(number, gone)), body)
    return body


def _forget(number: int, gone: weakref.ref[Any]) -> None:
    kept = _bodies.get(number)
    if kept and kept[0] is gone:  # another matrix may have the number by now
        _bodies.pop(number, None)


def _pack_body(counts: np.ndarray | Counts) -> Body:
    if isinstance(counts, np.ndarray):
        rows, columns = counts.nonzero()
        values, num_classes = counts[rows, columns], len(counts)
    else:
        sort = np.lexsort((counts.columns, counts.rows))
        sort = sort[counts.counts[sort] != 0]
        rows, columns, values = counts.rows[sort], counts.columns[sort], counts.counts[sort]
        num_classes = counts.num_classes
    count_bytes = 2 if values.max(initial=0) < 2**16 else 4
    starts = np.searchsorted(rows, np.arange(num_classes + 1))
    content = b"".join(
        (
            starts.astype("<u4").tobytes(),
            values.astype(f"<u{count_bytes}").tobytes(),
            columns.astype("<u2").tobytes(),
        )
    )
    key = hashlib.blake2b(content, digest_size=12).hexdigest()
    return Body(content, count_bytes, key)

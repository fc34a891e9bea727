"""The confusion matrix to work on: point at confusions, choose classes, merge them.

A component of ``st.components.v2``: a canvas drawn by plain JavaScript, joined here from files by
role. Python sends one value of bytes and is told of two events: classes were chosen, classes shall
be merged. The picture of a click appears at once in the browser; Python answers with the groups.
"""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st

from core.regrouping.grouping import Grouping

MAX_CLASSES = 65_535  # column numbers are sent as uint16

FOLDER = Path(__file__).parent
SCRIPTS = (
    "payload.js", "colors.js", "layout.js", "drawing.js",
    "overlay.js", "captions.js", "input.js", "editor.js",
)  # fmt: skip
HTML = """
<div class="editor">
  <div class="stage">
    <canvas class="base" aria-hidden="true"></canvas>
    <canvas class="overlay" tabindex="0" role="application" aria-label="Confusion matrix"></canvas>
    <div class="card" hidden></div>
    <button type="button" class="merge" hidden></button>
    <div class="zoom" hidden>
      <button type="button" class="zoom-in" aria-label="Zoom in" title="Zoom in (+)">+</button>
      <button type="button" class="zoom-out" aria-label="Zoom out" title="Zoom out (-)">−</button>
      <button type="button" class="zoom-fit" aria-label="Show all" title="Show all classes (0)">⤢</button>
    </div>
  </div>
  <div class="legend" aria-hidden="true">
    <span class="recognized"><i class="recognized-bar"></i><span class="recognized-text"></span></span>
    <span class="confused"><i class="confused-bar"></i><span class="confused-text"></span></span>
  </div>
  <p class="status" role="status" aria-live="polite"></p>
</div>
"""


@dataclass(frozen=True)
class EditorEvent:
    """What a person did.

    Attributes:
        kind: ``"choose"`` or ``"merge"``.
        classes: Class names: none (the choice was cleared), two (true class, predicted class) or more.
    """

    kind: Literal["choose", "merge"]
    classes: tuple[str, ...]


_mount = st.components.v2.component(
    "regroup_confusion_editor",
    html=HTML,
    css=(FOLDER / "editor.css").read_text(encoding="utf-8"),
    js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def confusion_editor(
    confusion: np.ndarray,
    grouping: Grouping,
    *,
    order: Sequence[int] | np.ndarray,
    chosen: Sequence[str] = (),
    color: Literal["share", "count"] = "share",
    on_event: Callable[[EditorEvent], None],
    key: str,
) -> None:
    """Draw the confusion matrix and report what is done on it.

    Args:
        confusion: Counts, rows true and columns predicted, shape ``(num_classes, num_classes)``.
        grouping: The groups to outline, and the class names.
        order: Class index for each place along the diagonal, shape ``(num_classes,)``.
        chosen: Class names shown as chosen; two are a pair (true class, predicted class).
        color: By share of the row, or by count.
        on_event: Called with what was done before the page is drawn again.
        key: Name of this editor, unique on the page.
    """
    seen_key = f"{key}-seen"  # number of the last event that Python knows

    def report() -> None:
        reported = st.session_state[key].get("events")
        events, seen = read_events(reported, grouping.class_names, seen=st.session_state.get(seen_key, 0))
        st.session_state[seen_key] = seen
        for event in events:
            on_event(event)

    payload = pack_payload(
        confusion, grouping, order=order, chosen=chosen, color=color, seen=st.session_state.get(seen_key, 0)
    )
    _mount(key=key, data=payload, on_events_change=report)


def read_events(
    reported: object, class_names: Sequence[str], *, seen: int = 0
) -> tuple[list[EditorEvent], int]:
    """Return the new events among those the browser reported, and the number of the last one.

    The browser reports an event until it is answered, since a trigger can be overtaken and lost; what
    was seen before is passed over, and so is what does not fit the classes (of another run).

    >>> read_events([{"kind": "choose", "classes": ["cat", "dog"], "number": 4}], ["cat", "dog"], seen=3)
    ([EditorEvent(kind='choose', classes=('cat', 'dog'))], 4)
    """
    known = set(class_names)
    events = []
    for content in reported if isinstance(reported, list) else []:
        number = content.get("number") if isinstance(content, dict) else None
        if not isinstance(number, int) or number <= seen:
            continue
        seen = number
        kind, classes = content.get("kind"), content.get("classes")
        if kind in ("choose", "merge") and isinstance(classes, list):
            names = [name for name in classes if isinstance(name, str) and name in known]
            if len(names) == len(classes):
                events.append(EditorEvent(kind, tuple(dict.fromkeys(names))))
    return events, seen


def pack_payload(
    confusion: np.ndarray,
    grouping: Grouping,
    *,
    order: Sequence[int] | np.ndarray,
    chosen: Sequence[str] = (),
    color: str = "share",
    seen: int = 0,
) -> bytes:
    """Return everything the editor draws as one value of bytes.

    Length of the header (uint32), header (JSON, padded to four bytes), then the counts in compressed
    rows: starts (uint32), counts (uint16 or uint32), columns (uint16). Numbers are little-endian. Only
    cells with images take room: 73 classes about 10 kB, 1,000 classes with 50,000 images below 250 kB.

    Raises:
        ValueError: The shapes do not fit.
    """
    num_classes = grouping.num_classes
    order = np.asarray(order)
    is_permutation = np.array_equal(np.sort(order), np.arange(num_classes))
    if confusion.shape != (num_classes, num_classes) or not is_permutation:
        raise ValueError(
            f"confusion {confusion.shape} and order {order.shape} must fit {num_classes} classes, "
            f"and order must name each of them once."
        )
    if not 0 < num_classes <= MAX_CLASSES:
        raise ValueError(f"The editor draws 1 to {MAX_CLASSES} classes, not {num_classes}.")
    rows, columns = confusion.nonzero()
    counts = confusion[rows, columns]
    count_bytes = 2 if counts.max(initial=0) < 2**16 else 4
    place = {name: index for index, name in enumerate(grouping.class_names)}
    header = {
        "classNames": grouping.class_names,
        "groupNames": grouping.group_names,
        "groupOf": grouping.assignment,
        "order": order.tolist(),
        "chosen": [place[name] for name in chosen if name in place],
        "color": color,
        "countBytes": count_bytes,
        "seen": seen,
    }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    starts = np.searchsorted(rows, np.arange(num_classes + 1))
    return b"".join(
        (
            struct.pack("<I", len(text)),
            text,
            starts.astype("<u4").tobytes(),
            counts.astype(f"<u{count_bytes}").tobytes(),
            columns.astype("<u2").tobytes(),
        )
    )

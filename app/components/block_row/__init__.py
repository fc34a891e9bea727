"""A network as a row of blocks, frozen ones grey, trained ones in the accent color (components v2, plain JS).

A click on a block, or arrow keys and Enter, asks for training to begin there: this block and all behind it
are trained. The browser colors the row at once; Python answers with the new table.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.models.table import ModelTable

FOLDER = Path(__file__).parent
HTML = """
<div class="row">
  <div class="blocks" role="group"></div>
  <div class="card" hidden></div>
  <div class="legend" aria-hidden="true">
    <span><i class="frozen"></i>frozen: keeps its weights</span><span><i class="trained"></i>trained</span>
  </div>
  <p class="status" role="status" aria-live="polite"></p>
</div>
"""

_mount = st.components.v2.component(
    "regroup_block_row",
    html=HTML,
    css=(FOLDER / "block_row.css").read_text(encoding="utf-8"),
    js=(FOLDER / "block_row.js").read_text(encoding="utf-8"),
)


def block_row(table: ModelTable, *, on_cut: Callable[[int], None], key: str) -> None:
    """Draw the blocks from input to output, the head last.

    Args:
        table: The network, with what is trained of it.
        on_cut: Called with the number of trained blocks without the head, before the page is drawn again.
        key: Unique on the page.
    """
    num_blocks = len(table.blocks) - 1

    def react() -> None:
        cut = read_cut(st.session_state[key].get("cut"), num_blocks)
        if cut is not None:
            on_cut(cut)

    _mount(key=key, data={"blocks": list_boxes(table)}, on_cut_change=react)


def list_boxes(table: ModelTable) -> list[dict[str, Any]]:
    """Return what is drawn of each block, from input to output.

    Each has the number of blocks that are trained when training begins at it: 0 at the head.
    """
    last = len(table.blocks) - 1
    return [
        {
            "name": block.name,
            "layers": block.num_layers,
            "params": block.num_params,
            "first": table.layers[block.first_layer].name,
            "kerasLayer": block.keras_layer,
            "trained": block.trained,
            "cut": last - place,
        }
        for place, block in enumerate(table.blocks)
    ]


def read_cut(reported: object, num_blocks: int) -> int | None:
    """Return the cut that the browser asks for; None for what does not fit this network.

    >>> read_cut(3, 14), read_cut(15, 14), read_cut("3", 14), read_cut(True, 14)
    (3, None, None, None)
    """
    if not isinstance(reported, int) or isinstance(reported, bool):
        return None
    return reported if 0 <= reported <= num_blocks else None

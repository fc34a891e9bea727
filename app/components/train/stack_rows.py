"""The rows of the own stack as the session keeps them, and what is done to them; nothing is drawn here.

Streamlit's table reports what was changed since it appeared, and keeps that apart from what it was given. So
it is given the same rows, the base, as long as it stands; what a person sees is the base with the changes.
Whatever moves rows makes that the new base, under another key.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.runs.stack import StackLayer

KEY_BASE, KEY_ROWS, KEY_VERSION = "train_stack_base", "train_stack_rows", "train_stack_version"
PICK = "pick"  # column of the chosen rows
WITH_UNITS = {"conv", "separable_conv", "dense"}  # kinds whose number of filters or units is theirs to say
MAKES_LIST = {"flatten", "global_average_pool", "global_max_pool", "dense"}  # no map comes after these
NEW_ROW = StackLayer(kind="conv", units=32, activation="relu")
NEW_ROW_AFTER_LIST = StackLayer(kind="dense", units=128, activation="relu")

Row = dict[str, Any]


def table_key() -> str:
    """Key of the table that stands now."""
    return f"train_stack_table_{st.session_state.get(KEY_VERSION, 0)}"


def has_rows() -> bool:
    """Whether there is a stack yet."""
    return bool(st.session_state.get(KEY_ROWS))


def put_rows(layers: Sequence[StackLayer], picked: Sequence[int] = ()) -> None:
    """Make these layers the stack, with a new table."""
    rows = [{PICK: place in picked, **layer.model_dump()} for place, layer in enumerate(layers)]
    st.session_state[KEY_BASE] = st.session_state[KEY_ROWS] = rows
    st.session_state[KEY_VERSION] = st.session_state.get(KEY_VERSION, 0) + 1


def current_rows() -> list[Row]:
    """The rows with what was changed in the table, kept so that leaving the page loses nothing."""
    if table_key() not in st.session_state and st.session_state[KEY_ROWS] != st.session_state[KEY_BASE]:
        put_rows(layers_of(st.session_state[KEY_ROWS]))  # back on the page: the table has forgotten
    changes = st.session_state.get(table_key(), {}).get("edited_rows", {})
    rows = change_rows(st.session_state[KEY_BASE], changes)
    st.session_state[KEY_ROWS] = rows
    return rows


def base_rows() -> list[Row]:
    """The rows as the table was given them when it appeared."""
    rows: list[Row] = st.session_state[KEY_BASE]
    return rows


def change_rows(base: Sequence[Row], changes: Mapping[Any, Mapping[str, Any]]) -> list[Row]:
    """Return rows with what the table reports as changed.

    >>> change_rows([{"kind": "conv"}, {"kind": "dense"}], {1: {"kind": "flatten"}})
    [{'kind': 'conv'}, {'kind': 'flatten'}]
    """
    rows = [dict(row) for row in base]
    for place, cells in changes.items():
        if int(place) < len(rows):
            rows[int(place)] |= cells
    return rows


def layers_of(rows: Sequence[Row]) -> list[StackLayer]:
    """Return the layers that rows stand for; an emptied cell is as usual.

    >>> layers_of([{"pick": True, "kind": "max_pool", "units": 32, "kernel": None}])[0].kernel
    3
    """
    layers = []
    for row in rows:
        cells = {name: value for name, value in row.items() if name != PICK and value is not None}
        if row["kind"] not in WITH_UNITS:
            cells.pop("units", None)
        layers.append(StackLayer.model_validate(cells))
    return layers


def move_rows(rows: Sequence[Row], step: int) -> list[Row]:
    """Return rows with the chosen ones a place up (step -1) or down (+1); at the end they stay.

    >>> rows = [{"pick": name in "bc", "kind": name} for name in "abcd"]
    >>> [row["kind"] for row in move_rows(rows, -1)], [row["kind"] for row in move_rows(rows, 1)]
    (['b', 'c', 'a', 'd'], ['a', 'd', 'b', 'c'])
    """
    moved = list(rows)
    places = range(len(moved)) if step < 0 else range(len(moved) - 1, -1, -1)
    for place in places:
        other = place + step
        if moved[place][PICK] and 0 <= other < len(moved) and not moved[other][PICK]:
            moved[place], moved[other] = moved[other], moved[place]
    return moved


def copy_rows(rows: Sequence[Row]) -> list[Row]:
    """Return rows with a copy below each chosen one; where none is chosen, with a fitting one at the end."""
    if not any(row[PICK] for row in rows):
        is_list = any(row["kind"] in MAKES_LIST for row in rows)
        return [*rows, {PICK: False, **(NEW_ROW_AFTER_LIST if is_list else NEW_ROW).model_dump()}]
    return [each for row in rows for each in ([row, {**row, PICK: False}] if row[PICK] else [row])]


def drop_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that are not chosen; one is left in any case."""
    return [row for row in rows if not row[PICK]] or [dict(rows[0], **{PICK: False})]


def put_changed(rows: Sequence[Row]) -> None:
    """Make changed rows the new base; what was chosen stays so."""
    put_rows(layers_of(rows), [place for place, row in enumerate(rows) if row[PICK]])

"""The own stack: a table of layers, with what comes out of each, that can be changed, saved and loaded."""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import pandas as pd
import streamlit as st

from app import cache
from app.components.plain_text import plain
from app.components.train import stack_rows
from app.components.train.class_count import count_classes
from app.components.train.fields import FIELDS, key_of
from app.components.train.stack_rows import PICK, Row
from app.components.train.stack_shelf import same_saved_stack, stack_shelf
from core.models.catalog import CATALOG
from core.models.spec import ModelSpec
from core.models.stack.shapes import RowLine, row_lines
from core.runs.image_size import ImageSize, parse_image_size
from core.runs.stack import MAX_LAYERS, Activation, StackLayer

FIRST_STACK = "small_cnn"  # what an own stack begins as
COLUMNS = (
    PICK, "kind", "units", "output", "parameters", "kernel", "stride", "padding", "activation", "batch_norm",
    "dropout", "bias",
)  # fmt: skip
KINDS = {
    "conv": "Convolution",
    "separable_conv": "Separable convolution",
    "depthwise_conv": "Depthwise convolution",
    "max_pool": "Max pooling",
    "average_pool": "Average pooling",
    "global_average_pool": "Global average",
    "global_max_pool": "Global maximum",
    "flatten": "Flatten",
    "dense": "Dense",
    "batch_norm": "Batch norm",
    "activation": "Activation",
    "dropout": "Dropout",
}
WHOLE = {"units": (1, 65_536), "kernel": (1, 64), "stride": (1, 64)}
COMPUTED = ("output", "parameters")
HELPS = {name: field.description for name, field in StackLayer.model_fields.items()}
ACTIONS: dict[str, tuple[str, str, Callable[[Sequence[Row]], list[Row]]]] = {
    "Add": (":material/add:", "A copy below each ticked row, or a new row at the end.", stack_rows.copy_rows),
    "Up": (":material/arrow_upward:", "Ticked rows a place up.", lambda rows: stack_rows.move_rows(rows, -1)),
    "Down": (
        ":material/arrow_downward:",
        "Ticked rows a place down.",
        lambda rows: stack_rows.move_rows(rows, 1),
    ),
    "Remove": (":material/delete:", "Take the ticked rows out.", stack_rows.drop_rows),
}


def stack_editor(image_size: str, dataset_name: str, grouping: str | None) -> dict[str, Any]:
    """Draw the table and what is done with it; returns its settings.

    Args:
        image_size: As the form says it.
        dataset_name: Whose classes the last layer tells apart.
        grouping: Whose groups it tells apart instead.
    """
    size = parse_image_size(image_size)
    if not stack_rows.has_rows():
        stack_rows.put_rows(_layers_of_model(CATALOG[FIRST_STACK], size))
    stack_shelf()
    rows = stack_rows.current_rows()
    layers = stack_rows.layers_of(rows)
    lines = row_lines(
        layers,
        size,
        count_classes(cache.dataset(dataset_name), grouping),
        batch_size=st.session_state.get(key_of("batch_size"), FIELDS["batch_size"].default),
        optimizer=st.session_state.get(key_of("optimizer"), FIELDS["optimizer"].default),
    )
    st.data_editor(
        _table(stack_rows.base_rows(), lines),
        key=stack_rows.table_key(),
        num_rows="fixed",
        hide_index=True,
        width="stretch",
        height=35 * min(len(rows) + 1, 13) + 3,
        column_order=COLUMNS,
        column_config=_columns(),
        disabled=list(COMPUTED),
    )
    _buttons(len(rows))
    for place, line in enumerate(lines, start=1):
        if line.problem:
            st.warning(f"Row {place}: {plain(line.problem)}", icon=":material/warning:")
    st.caption("After the last row comes a dense layer with one number a class, and softmax.")
    return {"layers": tuple(layers), "stack": same_saved_stack(layers)}


def open_as_stack_button(spec: ModelSpec, image_size: str) -> None:
    """Draw the button that opens a simple network's layers as a stack, to be changed."""
    if spec.layers is not None:
        st.button(
            "Open as stack",
            icon=":material/table_edit:",
            help="Its layers as a table in which everything can be changed.",
            on_click=_open_as_stack,
            args=(spec, image_size),
        )


def _open_as_stack(spec: ModelSpec, image_size: str) -> None:
    stack_rows.put_rows(_layers_of_model(spec, parse_image_size(image_size)))
    st.session_state[key_of("model")] = "stack"
    st.session_state[key_of("cut")] = None


def _layers_of_model(spec: ModelSpec, size: ImageSize) -> tuple[StackLayer, ...]:
    return spec.layers(size) if spec.layers is not None else ()


def _table(rows: Sequence[Row], lines: Sequence[RowLine]) -> pd.DataFrame:
    """Return the rows that the table changes, with what comes out of them as they are now.

    The types of the columns never change with what they hold: the table would forget what was changed in it.
    """
    table = pd.DataFrame(rows)
    for name in WHOLE:
        table[name] = table[name].astype("Int64")
    shapes = [" x ".join(map(str, line.output_shape)) if line.output_shape else "" for line in lines]
    marked = [
        f"⚠ {shape}".strip() if line.problem else shape for shape, line in zip(shapes, lines, strict=True)
    ]
    table["output"] = pd.array(marked, "string")
    table["parameters"] = pd.array([line.num_params for line in lines], "Int64")
    table["dropout"] = table["dropout"].astype("Float64")
    return table


def _columns() -> dict[str, Any]:
    column = st.column_config
    columns = {
        PICK: column.CheckboxColumn(
            "", help="Tick rows to move, copy or remove them.", width=36, pinned=True
        ),
        "kind": column.SelectboxColumn(
            "Layer",
            help=HELPS["kind"],
            options=list(KINDS),
            format_func=lambda kind: KINDS[str(kind)],
            required=True,
            width=122,
            pinned=True,
        ),
        "output": column.TextColumn("Output", help="Height x width x maps, or how many numbers.", width=104),
        "parameters": column.NumberColumn("Parameters", format="localized", width=96),
    }
    return columns | _columns_of_settings()


def _columns_of_settings() -> dict[str, Any]:
    column = st.column_config
    columns: dict[str, Any] = {
        "dropout": column.NumberColumn(
            "Dropout", help=HELPS["dropout"], min_value=0.0, max_value=0.99, step=0.05, width=96
        ),
        "batch_norm": column.CheckboxColumn("Batch norm", help=HELPS["batch_norm"], width=112),
        "bias": column.CheckboxColumn("Bias", help=HELPS["bias"], width=74),
    }
    for name, options in {"padding": ("same", "valid"), "activation": get_args(Activation)}.items():
        columns[name] = column.SelectboxColumn(
            name.capitalize(), help=HELPS[name], options=options, required=True, width=112
        )
    for name, (low, high) in WHOLE.items():
        title = "Filters" if name == "units" else name.capitalize()
        columns[name] = column.NumberColumn(
            title, help=HELPS[name], min_value=low, max_value=high, step=1, width=84
        )
    return columns


def _buttons(num_rows: int) -> None:
    with st.container(horizontal=True, gap="small"):
        for label, (icon, explanation, change) in ACTIONS.items():
            st.button(
                label,
                icon=icon,
                help=explanation,
                disabled=label == "Add" and num_rows >= MAX_LAYERS,
                on_click=_act,
                args=(change,),
                key=f"train_stack_{label.lower()}",
            )


def _act(change: Callable[[Sequence[Row]], list[Row]]) -> None:
    stack_rows.put_changed(change(stack_rows.current_rows()))

"""The network as it will be trained: a row of blocks, its figures, and all its layers."""

from html import escape

import pandas as pd
import psutil
import streamlit as st

from app import cache
from app.components.block_row import block_row
from app.components.plain_text import plain
from app.components.train.class_count import count_classes
from app.components.train.fields import key_of
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.errors import ModelError
from core.models.catalog import find_model
from core.models.table import ModelTable
from core.runs.config import RunConfig
from core.words import counted, size_in_words

POLL_S = 0.5  # seconds between two looks while Keras is asked for the layers
ROW_HEIGHT = 35  # pixels of a row of a table
MAX_ROWS = 14  # of the table of layers, before it scrolls
STYLE = """<style>
.figures { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; }
.figures div { cursor: help; display: flex; flex-direction: column; }
.figures span { font-size: .8rem; opacity: .75; text-decoration: underline dotted; }
.figures b { font-variant-numeric: tabular-nums; font-weight: 600; }
</style>"""


def network_view(dataset: Dataset, config: RunConfig) -> ModelTable | None:
    """Draw the network; return its table, None while it is not known or cannot be."""
    num_classes = count_classes(dataset, config.grouping)
    try:
        table = cache.layer_table(config, num_classes)
    except ModelError as error:
        st.warning(plain(str(error)), icon=":material/warning:")
        return None
    if table is None:
        st.fragment(_wait, run_every=POLL_S)(config, num_classes)
        return None
    block_row(table, on_cut=_cut, key="train_blocks")
    st.html(figures_of(table, config))
    free = psutil.virtual_memory().available
    if table.memory > free:
        st.warning(
            f"Training would take about {size_in_words(table.memory)} of memory, and {size_in_words(free)} "
            f"are free here: take a smaller batch, smaller images, or train fewer blocks.",
            icon=":material/warning:",
        )
    return table


def figures_of(table: ModelTable, config: RunConfig) -> str:
    """Return the network's figures as HTML."""
    height, width = config.image_size
    figures = (
        ("Parameters", f"{table.num_params:,}", "All the network's numbers, most of them weights."),
        (
            "Trained",
            f"{table.num_trainable:,}",
            "Those that training changes. The rest is frozen, or means that batch normalization keeps.",
        ),
        ("Input", f"{height} x {width} x 3", "Height, width and colors of the images it sees."),
        (
            "Memory",
            f"≈ {size_in_words(table.memory)}",
            f"Estimated for a step with {counted(config.batch_size)}: parameters, gradients, the optimizer's "
            f"numbers and the outputs of the layers. TensorFlow itself takes about half a gigabyte more.",
        ),
    )
    cells = (
        f'<div title="{escape(explanation)}"><span>{name}</span><b>{escape(value)}</b></div>'
        for name, value, explanation in figures
    )
    return f'{STYLE}<div class="figures">{"".join(cells)}</div>'


def layers_fold(table: ModelTable, config: RunConfig) -> None:
    """Draw the table of all layers, closed at first."""
    with st.expander("Layers", icon=":material/table_rows:"):
        st.dataframe(
            table_of_layers(table),
            hide_index=True,
            height=ROW_HEIGHT * (min(len(table.layers), MAX_ROWS) + 1) + 3,
            column_config={
                "parameters": st.column_config.NumberColumn(format="localized"),
                "trained": st.column_config.CheckboxColumn(help="Whether training changes it."),
                "output": st.column_config.TextColumn(help="Height x width x maps, or how many numbers."),
            },
        )
        frozen = table.num_params - table.num_trainable
        st.caption(
            f"{plain(find_model(config.model).title)}: {counted(len(table.layers), 'layer')} in "
            f"{counted(len(table.blocks), 'block')}; {table.num_params:,} parameters, of which "
            f"{table.num_trainable:,} are trained and {frozen:,} are not."
        )


def table_of_layers(table: ModelTable) -> pd.DataFrame:
    """Return one row a layer, as ``model.summary()`` would print it."""
    return pd.DataFrame(
        [
            (
                layer.name,
                " x ".join(map(str, layer.output_shape)),
                layer.num_params,
                layer.kind,
                table.blocks[layer.block].name,
                layer.trained,
            )
            for layer in table.layers
        ],
        columns=["layer", "output", "parameters", "kind", "block", "trained"],
    )


def _wait(config: RunConfig, num_classes: int) -> None:
    with shown_as_text():
        if cache.layer_table(config, num_classes) is not None:
            st.rerun()
        title = plain(find_model(config.model).title)
        st.caption(
            f":material/hourglass_top: Asking Keras for the layers of {title}; the first time takes seconds."
        )


def _cut(num_blocks: int) -> None:
    st.session_state[key_of("cut")] = num_blocks

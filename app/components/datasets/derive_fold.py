"""Make a dataset of a part of this one: fewer classes, fewer images, joined classes."""

from typing import Any

import pandas as pd
import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.datasets.derive_job import choose_name, follow_deriving, make_button
from app.components.datasets.previews import derived_preview
from app.components.plain_text import plain
from core.datasets.balance import count_images
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.preparing.deriving import Derivation
from core.regrouping.keeping.store import list_groupings
from core.words import SPLIT_NAMES

JOB = "deriving"
MAX_VALUES = 1000  # different texts of a column that a list can offer


def derive_fold(dataset: Dataset) -> None:
    """Draw settings, what they give, and the button, or the progress."""
    st.markdown("Choose what to take over. The new dataset shows the same pictures and takes no space.")
    if follow_deriving(JOB):
        return
    chosen, grouping = _choose(dataset)
    derivation = Derivation.make(**chosen)
    _preview(derived_preview(dataset, derivation))
    name = choose_name(dataset, "part")
    with st.container(horizontal=True):
        make_button(JOB, dataset, derivation, name)
        command_popover(_command(dataset, derivation, grouping, name))


def _choose(dataset: Dataset) -> tuple[dict[str, Any], str | None]:
    """Return the settings of a derivation, and the name of the grouping among them."""
    names, key = dataset.class_names, dataset.name
    classes = st.multiselect(
        "Classes", names, placeholder="All", help=Derivation.help_of("classes"), key=f"derive_classes_{key}"
    )
    left, middle, right = st.columns(3)
    limit = left.number_input(
        "At most of each class",
        1,
        None,
        None,
        placeholder="All",
        help=Derivation.help_of("max_per_class"),
        **state.bind("derive_limit"),
    )
    seed = middle.number_input(
        "Seed", 0, None, 0, help=Derivation.help_of("seed"), **state.bind("derive_seed")
    )
    splits = right.multiselect(
        "Splits",
        list(SPLITS),
        placeholder="All",
        format_func=lambda split: SPLIT_NAMES[split].capitalize(),
        help=Derivation.help_of("splits"),
        **state.bind("derive_splits"),
    )
    saved = {each.name: each for each in list_groupings(cache.workspace(), dataset.name, class_names=names)}
    grouping = st.selectbox(
        "Join classes",
        list(saved),
        index=None,
        placeholder="Leave them as they are" if saved else "No grouping is saved; build one on Regroup",
        disabled=not saved,
        help="A grouping saved on Regroup: its groups become the classes. Without it the classes stay.",
        key=f"derive_grouping_{key}",
    )
    chosen = {
        "classes": tuple(classes) or None,
        "max_per_class": limit,
        "seed": seed,
        "splits": tuple(splits) or None,
        "groups": saved[grouping].grouping.to_mapping() if grouping in saved else None,
    }
    return {**chosen, **_choose_by_metadata(dataset)}, grouping


def _choose_by_metadata(dataset: Dataset) -> dict[str, Any]:
    columns = [str(column) for column in dataset.metadata.columns]
    if not columns:
        return {}
    left, right = st.columns(2)
    column = left.selectbox(
        "Only where",
        columns,
        index=None,
        placeholder="A column of the source",
        help=Derivation.help_of("column"),
        key=f"derive_column_{dataset.name}",
    )
    if column is None:
        return {}
    values = dataset.metadata[column]
    key = f"derive_values_{dataset.name}_{column}"
    if pd.api.types.is_numeric_dtype(values) and values.notna().any() and values.min() < values.max():
        low, high = float(values.min()), float(values.max())
        chosen = right.slider("is between", low, high, (low, high), key=key)
        return {"column": column, "lowest": chosen[0], "highest": chosen[1]}
    options = sorted(values.dropna().astype("string").unique())[:MAX_VALUES]
    texts = right.multiselect("is one of", options, placeholder="Any", key=key)
    return {"column": column, "values": tuple(texts)} if texts else {}


def _preview(derived: Dataset) -> None:
    for note in derived.notes:
        st.warning(plain(note), icon=":material/info:")
    counts = count_images(derived)
    parts = [f"{SPLIT_NAMES[split]} {counts[split].sum():,}" for split in SPLITS]
    st.markdown(
        f"**Preview:** {derived.num_images:,} images of {derived.num_classes:,} classes: {', '.join(parts)}."
    )


def _command(dataset: Dataset, derivation: Derivation, grouping: str | None, name: str) -> list[str]:
    arguments = ["datasets", "derive", dataset.name, "--as", name]
    for option, given in (("--class", derivation.classes), ("--split", derivation.splits)):
        arguments += [word for each in given or () for word in (option, each)]
    if derivation.max_per_class is not None:
        arguments += ["--at-most", str(derivation.max_per_class), "--seed", str(derivation.seed)]
    if derivation.column is not None:
        arguments += ["--where", derivation.column]
        arguments += [word for each in derivation.values or () for word in ("--is", each)]
        limits = (("--lowest", derivation.lowest), ("--highest", derivation.highest))
        arguments += [
            word for option, limit in limits if limit is not None for word in (option, f"{limit:g}")
        ]
    return arguments + (["--grouping", grouping] if grouping else [])

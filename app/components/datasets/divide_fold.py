"""Divide a dataset anew into training, validation and test: seen first, then applied; it can be undone."""

import pandas as pd
import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.datasets.edit_history import edit_history_popover
from app.components.datasets.previews import given_preview, split_preview
from app.components.plain_text import plain
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.preparing.split_plan import SplitPlan, SplitPreview, apply_splits
from core.words import SPLIT_NAMES

GROUP, NAME, NOTHING = "group", "name", "nothing"
BY_WORDS = {GROUP: "The dataset's groups", NAME: "File name, up to a sign", NOTHING: "Nothing"}
COLUMN_PREFIX = "column:"
TABLE_HELP = "Number of images now, and after the division."


def divide_fold(dataset: Dataset) -> None:
    """Draw settings, warnings, the table before and after, and the buttons."""
    plan = _choose_plan(dataset)
    if plan is None:
        return
    preview = split_preview(dataset, plan)
    if preview.warnings:
        st.warning("\n".join(f"- {plain(warning)}" for warning in preview.warnings))
    _summary(preview)
    _table(preview)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Divide like this",
            type="primary",
            icon=":material/call_split:",
            disabled=not (preview.num_moved or preview.groups is not None),
            help="A new division is an edit: it can be undone, and runs say which version they saw.",
        ):
            _apply(dataset, preview)
        if dataset.num_edits:
            _restore_button(dataset)
        edit_history_popover(dataset, key="divide_history")
        command_popover(_command(dataset, plan))


def _choose_plan(dataset: Dataset) -> SplitPlan | None:
    shares = st.columns(4)
    val = shares[0].number_input(
        "Validation, %", 1, 98, 10, 5, help=SplitPlan.help_of("val"), **state.bind("divide_val")
    )
    test = shares[1].number_input(
        "Test, %", 0, 98, 10, 5, help=SplitPlan.help_of("test"), **state.bind("divide_test")
    )
    minimum = shares[2].number_input(
        "Of each class at least",
        1,
        None,
        1,
        help=SplitPlan.help_of("minimum"),
        **state.bind("divide_minimum"),
    )
    seed = shares[3].number_input(
        "Seed", 0, None, 0, help=SplitPlan.help_of("seed"), **state.bind("divide_seed")
    )
    if val + test > 99:
        st.warning("Nothing is left for training; lower validation or test.")
        return None
    choices = st.columns([2, 1, 1], vertical_alignment="bottom")
    by = _choose_by(dataset, choices[0])
    separator = "_"
    if by == NAME:
        separator = choices[1].text_input(
            "up to the last", "_", help=SplitPlan.help_of("separator"), **state.bind("divide_separator")
        )
    stratified = choices[2].toggle(
        "Stratified", True, help=SplitPlan.help_of("stratified"), **state.bind("divide_stratified")
    )
    is_column = by.startswith(COLUMN_PREFIX)
    return SplitPlan.make(
        train=(100 - val - test) / 100,
        val=val / 100,
        test=test / 100,
        seed=seed,
        stratified=stratified,
        by="column" if is_column else by,
        column=by.removeprefix(COLUMN_PREFIX) if is_column else None,
        separator=separator or "_",
        minimum=minimum,
    )


def _choose_by(dataset: Dataset, place: st.delta_generator.DeltaGenerator) -> str:
    """Let the person choose what stays together; returns a key of ``BY_WORDS``, or prefix and column."""
    columns = [f"{COLUMN_PREFIX}{name}" for name in dataset.metadata.columns]
    num_groups = dataset.included["group"].nunique()
    names, nothing = [NAME] if dataset.root is not None else [], [NOTHING] if num_groups else []
    options = [GROUP, *columns, *names, *nothing]  # without groups, keeping them together is to keep nothing
    own = f"{BY_WORDS[GROUP]} ({num_groups:,})" if num_groups else BY_WORDS[NOTHING]
    words = {**BY_WORDS, GROUP: own}
    key = f"divide_by_{dataset.name}"
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    chosen = place.selectbox(
        "Keep together",
        options,
        format_func=lambda option: words.get(option, option.removeprefix(COLUMN_PREFIX)),
        help=SplitPlan.help_of("by"),
        **state.bind(key),
    )
    return str(chosen)


def _summary(preview: SplitPreview) -> None:
    total = max(int(preview.after["total"].sum()), 1)
    parts = [
        f"{SPLIT_NAMES[s]} {preview.after[s].sum():,} ({preview.after[s].sum() / total:.1%})" for s in SPLITS
    ]
    moved = f"{preview.num_moved:,} of {total:,} images change their split."
    if not preview.num_moved:
        moved = "That is the present division." if preview.groups is None else "No image changes its split."
    st.markdown(f"**Preview:** {', '.join(parts)}. {moved}")


def _table(preview: SplitPreview) -> None:
    columns = {}
    for split in SPLITS:
        columns[f"{SPLIT_NAMES[split].capitalize()} now"] = preview.before[split]
        columns["after" + " " * SPLITS.index(split)] = preview.after[split]
    table = pd.DataFrame({**columns, "All": preview.after["total"]})
    table.index.name = "Class"
    st.dataframe(
        table,
        key="divide_table",
        column_config={
            name: st.column_config.NumberColumn(help=TABLE_HELP, format="localized") for name in table.columns
        },
    )


def _restore_button(dataset: Dataset) -> None:
    given = given_preview(dataset)
    if (given.num_moved or given.groups is not None) and st.button(
        "Restore the first division",
        icon=":material/settings_backup_restore:",
        help="The division with which the dataset was added. Other edits stay.",
    ):
        _apply(dataset, given)


def _apply(dataset: Dataset, preview: SplitPreview) -> None:
    apply_splits(cache.workspace(), dataset, preview)
    st.toast(f"{plain(preview.title)}. The history takes it back.", icon=":material/check:")
    st.rerun()


def _command(dataset: Dataset, plan: SplitPlan) -> list[str]:
    arguments = ["datasets", "split", dataset.name]
    for share in SPLITS:
        arguments += [f"--{share}", f"{getattr(plan, share):g}"]
    arguments += ["--seed", str(plan.seed)] if plan.seed else []
    if plan.by == NAME:
        arguments += ["--name-part", plan.separator]
    elif plan.by != GROUP:
        arguments += ["--by", plan.column or NOTHING]
    arguments += ["--minimum", str(plan.minimum)] if plan.minimum > 1 else []
    return arguments + ([] if plan.stratified else ["--not-stratified"])

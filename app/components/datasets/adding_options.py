"""How a new dataset is read: names of its classes, where labels stand, which images belong together."""

from pathlib import Path

import streamlit as st

from app import source_cache, state
from app.components.datasets.adding_source import AddingSource
from app.components.plain_text import plain
from core.datasets.adding.preview import ARRAYS, NAMES, TABLE, SourcePreview
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.metadata_table import guess_columns
from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import MetadataColumns, SourceOptions

LABELS_FROM = {"folders": "Folders", "table": "A table", "names": "File names"}
GROUPS_FROM = {"none": "Each image alone", "separator": "Alike up to the last _", "pattern": "By a pattern"}
LABELS_HELP = (
    "Where the class of each image stands: in the name of its folder, in a table, or in its own name."
)
GROUPS_HELP = (
    "Images that belong together (of one patient, cut from one photo, frames of one film) resemble each "
    "other. They are kept in one split, so that the test is fair."
)
PATTERN_HELP = (
    "Fields stand in braces: `{label}` and `{group}` are what is read, `{digits}` is a number, `{rest}` any "
    "text; everything else is meant as it stands. A field ends as soon as the rest fits; `{label+}` is as "
    "long as possible. With a `/` the pattern is compared with the whole path."
)
EXPRESSION_HELP = "For experts: a regular expression with `(?P<label>...)` or `(?P<group>...)`."
TABLE_HELP = (
    "CSV, TSV, Parquet or JSON-lines, one row an image. A path on the computer that runs Regroup, or one "
    "inside the source."
)
SEPARATOR = "_"


def choose_options(source: AddingSource, found: SourcePreview | None) -> SourceOptions:
    """Draw the fields and return what they say.

    Args:
        source: What is to be added.
        found: What it is without any options; None for arrays of which it is not known what they hold.

    Raises:
        DatasetError: A pattern or a rule is not understood.
    """
    if found is None or found.kind == ARRAYS:
        images, labels = _choose_arrays() if found is None else (None, None)
        return SourceOptions(image_array=images, label_array=labels, class_name_rule=_choose_rule(found))
    kind = _choose_where(source, found)
    metadata = _choose_table(source, found) if kind == "table" else None
    label_pattern = _choose_pattern("label", "{label}_{rest}") if kind == "names" else None
    has_groups = metadata is not None and metadata.group_column is not None
    separator, group_pattern = (None, None) if has_groups else _choose_groups()
    return SourceOptions(
        metadata=metadata,
        group_separator=separator,
        group_pattern=group_pattern,
        label_pattern=label_pattern,
        class_name_rule=_choose_rule(found),
    )


def _choose_rule(found: SourcePreview | None) -> ClassNameRule | None:
    suggested = found.suggested_rule if found is not None else None
    if suggested is not None:
        st.button(
            f"Remove from all class names: {_describe(suggested)}",
            icon=":material/auto_fix_high:",
            on_click=_use_rule,
            args=(suggested,),
            help="What all class names have in common. Look at the new names below before you add.",
        )
    left, right = st.columns(2)
    prefix = left.text_input("Remove from the start of class names", **state.bind("add_prefix"))
    suffix = right.text_input("Remove from the end of class names", **state.bind("add_suffix"))
    with st.container(horizontal=True):
        digits = st.checkbox("Remove numbers", help="At both ends.", **state.bind("add_digits"))
        spaces = st.checkbox("_ becomes space", **state.bind("add_spaces"))
        merge = st.checkbox(
            "Merge equal names",
            help="Classes whose new names are the same become one class.",
            **state.bind("add_merge"),
        )
    rule = ClassNameRule(
        strip_prefix=prefix,
        strip_suffix=suffix,
        strip_digits=digits,
        underscores_to_spaces=spaces,
        merge_collisions=merge,
    )
    return None if rule == ClassNameRule() else rule


def _describe(rule: ClassNameRule) -> str:
    parts = [text for text in (rule.strip_prefix, rule.strip_suffix) if text]
    return plain(", ".join([*parts, *(["numbers"] if rule.strip_digits else [])]))


def _use_rule(rule: ClassNameRule) -> None:
    st.session_state["add_prefix"], st.session_state["add_suffix"] = rule.strip_prefix, rule.strip_suffix
    st.session_state["add_digits"] = rule.strip_digits


def _choose_arrays() -> tuple[str | None, str | None]:
    left, right = st.columns(2)
    images = left.text_input("Array of the images", **state.bind("add_image_array")).strip() or None
    labels = right.text_input("Array of the labels", **state.bind("add_label_array")).strip() or None
    return (images, labels) if images and labels else (None, None)


def _choose_where(source: AddingSource, found: SourcePreview | None) -> str:
    kind = found.kind if found is not None else ""
    return str(
        st.segmented_control(
            "Labels stand in",
            list(LABELS_FROM),
            default={TABLE: "table", NAMES: "names"}.get(kind, "folders"),
            format_func=LABELS_FROM.__getitem__,
            required=True,
            help=LABELS_HELP,
            **state.bind(f"add_labels_from_{source.text}"),
        )
    )


def _choose_table(source: AddingSource, found: SourcePreview | None) -> MetadataColumns | None:
    """Offer the table and its columns; None until it is known which."""
    guess = found.guessed if found is not None else None
    path = st.text_input(
        "Table",
        placeholder=str(guess.labels_path) if guess else "/home/you/labels.csv",
        help=TABLE_HELP,
        **state.bind("add_labels"),
    ).strip()
    if not path and guess is None:
        return None
    if path or guess is None or found is None:
        guess, columns = None, source_cache.table_columns(path, below=source.path or "")
    else:
        columns = list(found.columns)
    table = Path(path) if guess is None else guess.labels_path
    if not columns:
        return _type_columns(table)
    image, label, group = guess_columns(columns)
    split: int | None = None
    if guess is not None:
        image, label = columns.index(guess.image_column), columns.index(guess.label_column)
        group = columns.index(guess.group_column) if guess.group_column is not None else None
        split = columns.index(guess.split_column) if guess.split_column is not None else None
    places = st.columns(4)
    return MetadataColumns(
        table,
        places[0].selectbox("Column of the image", columns, index=image, key=f"add_image_{table}"),
        places[1].selectbox("Column of the label", columns, index=label, key=f"add_label_{table}"),
        places[2].selectbox(
            "Column of the group",
            columns,
            index=group,
            placeholder="None",
            key=f"add_group_{table}",
            help=GROUPS_HELP,
        ),
        places[3].selectbox(
            "Column of the split",
            columns,
            index=split,
            placeholder="None",
            key=f"add_split_{table}",
            help="Says train, val or test. None: the images are divided 80/10/10.",
        ),
    )


def _type_columns(table: Path) -> MetadataColumns | None:
    """Let the names of columns be typed, where the table cannot be looked into before it is unpacked."""
    places = st.columns(3)
    image = places[0].text_input("Column of the image", key=f"add_typed_image_{table}").strip()
    label = places[1].text_input("Column of the label", key=f"add_typed_label_{table}").strip()
    group = places[2].text_input("Column of the group", key=f"add_typed_group_{table}", help=GROUPS_HELP)
    return MetadataColumns(table, image, label, group.strip() or None) if image and label else None


def _choose_pattern(kind: str, example: str) -> NamePattern | None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    is_expression = right.checkbox(
        "Regular expression", help=EXPRESSION_HELP, **state.bind(f"add_{kind}_is_expression")
    )
    text = left.text_input(
        f"Pattern of the {kind}",
        placeholder=f"(?P<{kind}>[a-z]+)_" if is_expression else example,
        help=PATTERN_HELP,
        **state.bind(f"add_{kind}_pattern"),
    ).strip()
    return NamePattern(text, is_expression=is_expression) if text else None


def _choose_groups() -> tuple[str | None, NamePattern | None]:
    kind = st.segmented_control(
        "Images that belong together",
        list(GROUPS_FROM),
        default="none",
        format_func=GROUPS_FROM.__getitem__,
        required=True,
        help=GROUPS_HELP,
        **state.bind("add_groups_from"),
    )
    if kind == "pattern":
        return None, _choose_pattern("group", "{group}_{digits}")
    return (SEPARATOR if kind == "separator" else None), None

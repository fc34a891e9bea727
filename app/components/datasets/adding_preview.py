"""What a new dataset would be, drawn before it is added: classes with old and new names, and a few images."""

import pandas as pd
import streamlit as st

from app.components.plain_text import plain
from core.datasets.adding.preview import ARRAYS, FOLDERS, SourcePreview

EXAMPLES_HELP = "The first images, with what was read of their names or of the table."
MAX_HEIGHT = 300  # pixels of a table before it scrolls


def draw_preview(found: SourcePreview) -> None:
    """Draw one line on what was recognized, the classes, some images, and what stands in the way."""
    if found.problem is None:
        st.success(recognized(found), icon=":material/check:")
    else:
        st.warning(plain(found.problem), icon=":material/info:")
        st.caption(recognized(found))
    for note in found.notes:
        st.caption(f":material/info: {plain(note)}")
    has_examples = found.kind not in {FOLDERS, ARRAYS} or any(each.group for each in found.examples)
    left, right = st.columns(2) if has_examples else (st.container(), None)
    if found.classes:
        with left:
            _draw_classes(found)
    if right is not None:
        with right:
            _draw_examples(found)


def recognized(found: SourcePreview) -> str:
    """Return what was recognized in one line, as Markdown."""
    least = "" if found.is_complete else "at least "
    packed = " in an archive" if found.is_packed else ""
    words = {FOLDERS: "class folders", ARRAYS: "classes in arrays"}.get(
        found.kind, f"classes by {found.kind}" if found.kind != "table" else "classes by a table"
    )
    left_out = f", {found.num_left_out:,} left out" if found.num_left_out else ""
    return f"{len(found.classes):,} {words}{packed}, {least}{found.num_images:,} images{left_out}"


def _draw_classes(found: SourcePreview) -> None:
    table = pd.DataFrame(
        {
            "Class": [each.old for each in found.classes],
            "New name": [each.new for each in found.classes],
            "Images": [each.num_images for each in found.classes],
        }
    )
    if (table["Class"] == table["New name"]).all():
        table = table.drop(columns="New name")
    if found.collisions:
        shared = [len(found.collisions.get(each.new, ())) for each in found.classes]
        table["Same name"] = [f"as {count - 1} other" if count else "" for count in shared]
        table = table.iloc[sorted(range(len(shared)), key=lambda row: not shared[row])]
    st.dataframe(table, hide_index=True, height=_height(len(table)), key="add_classes")


def _draw_examples(found: SourcePreview) -> None:
    columns: dict[str, list[str | None]] = {
        "File": [*(each.path for each in found.examples)],
        "Label": [each.label for each in found.examples],
        "Group": [each.group for each in found.examples],
        "Split": [each.split for each in found.examples],
        "Left out": [each.reason for each in found.examples],
    }
    shown = {name: values for name, values in columns.items() if any(values) or name in {"File", "Label"}}
    st.dataframe(
        pd.DataFrame(shown, dtype="string"),
        hide_index=True,
        height=_height(len(found.examples)),
        column_config={"File": st.column_config.TextColumn(help=EXAMPLES_HELP)},
        key="add_examples",
    )


def _height(num_rows: int) -> int:
    return min(MAX_HEIGHT, 38 + 35 * max(num_rows, 1))

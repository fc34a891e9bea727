"""Filter and order of the part "Pictures": widgets, kept in the session and the same as in the URL."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cache, state
from app.components.datasets.parts import Part, open_part
from app.components.plain_text import plain
from core.datasets.browsing.index import PictureIndex
from core.datasets.browsing.picture_filter import FLAGS, SORTS, ColumnFilter, Filter, Range, Sort
from core.datasets.browsing.picture_query import (
    NAMES,
    PAGE_SIZES,
    WHERE,
    PictureQuery,
    read_query,
    write_query,
)
from core.datasets.dataset import SPLITS
from core.words import SPLIT_NAMES

WRITTEN = "pictures_url"  # session key of the parameters that this part wrote last
MAX_OPTIONS = 1000  # distinct texts of a column that a list offers; of more, a value is typed
MAX_TOLD = 3  # things of an address that cannot be shown
MAX_COLUMNS = 4  # extra columns that are offered at once; of more, some are chosen
FLAG_TITLES = {
    "excluded": "Left out", "edited": "Edited", "duplicate": "Exact duplicate", "small": "Small",
    "blank": "Nearly blank",
}  # fmt: skip
SORT_TITLES = {
    "mixed": "Classes in turn", "class": "Class", "size": "Size in pixels", "name": "File name",
    "random": "Random", "order": "As in the source", "brightness": "Brightness", "contrast": "Contrast",
    "sharpness": "Sharpness", "outlier": "Outlier score", "bytes": "Bytes",
}  # fmt: skip
SORT_HELP = (
    "In turn: the first picture of each class, then the second of each. Brightness, contrast, sharpness and "
    "outlier score (higher is stranger) are known once the dataset was scanned."
)


def key_of(name: str, dataset_name: str) -> str:
    """Session key of one of this part's choices for a dataset."""
    return f"pictures_{name}_{dataset_name}"


def obey_url(index: PictureIndex) -> None:
    """Take over what a changed URL asks for (Back, a sent link), and say what of it cannot be shown."""
    asked = _parameters()
    if not asked or asked == st.session_state.get(WRITTEN):
        return
    query, problems = read_query(asked, index)
    _put(query, index)
    if problems:
        told = plain("; ".join(problems[:MAX_TOLD]))
        st.info(f"Not all that the address asks for can be shown: {told}.", icon=":material/info:")


def write_url(query: PictureQuery) -> None:
    """Make the URL say what is shown; one step of the browser's history for each change."""
    written = write_query(query)
    before = _parameters()
    if written != before:
        st.query_params.update({**{name: [] for name in before}, **written})
    st.session_state[WRITTEN] = written


def open_class(dataset_name: str, class_name: str) -> None:
    """Go to the pictures of one class, nothing else filtered; a callback, followed by a run of the page."""
    _put(PictureQuery(Filter(classes=(class_name,))), cache.picture_index(dataset_name))
    open_part(Part.PICTURES)


def draw_filters(index: PictureIndex) -> PictureQuery:
    """Draw the choices; returns what they say, its page still to be fitted to what is found."""
    name = index.dataset.name
    places = st.columns([3, 2, 2, 1.1], vertical_alignment="bottom")
    classes = places[0].multiselect(
        "Classes", index.dataset.class_names, placeholder="All classes", **_bind("classes", name)
    )
    text = places[1].text_input(
        "File name contains", disabled=index.dataset.root is None, **_bind("name", name),
        help="Searched in the whole path below the dataset's folder. Pictures of an array have no names.",
    )  # fmt: skip
    order = _draw_sort(index, places[2], places[3])
    with st.container(horizontal=True, vertical_alignment="center"):
        splits = st.pills(
            "Split", SPLITS, selection_mode="multi", label_visibility="collapsed", width="content",
            format_func=lambda split: SPLIT_NAMES[split].capitalize(), **_bind("splits", name),
        )  # fmt: skip
        more = _draw_more(index)
        st.session_state.setdefault(key_of("per", name), PictureQuery().page_size)
        page_size = st.segmented_control(
            "Pictures a page", PAGE_SIZES, required=True, label_visibility="collapsed", width="content",
            **_bind("per", name),
        )  # fmt: skip
        wanted = Filter(classes=tuple(classes), splits=tuple(splits), name=text.strip(), **more)
        if wanted != Filter():
            cleared = PictureQuery(order=order)
            st.button("Clear filters", type="tertiary", on_click=_put, args=(cleared, index))
    page = st.session_state.get(key_of("page", name), 1)
    return PictureQuery(wanted, order, page_size or PictureQuery().page_size, page)


def _draw_sort(index: PictureIndex, left: DeltaGenerator, right: DeltaGenerator) -> Sort:
    name, seed_key = index.dataset.name, key_of("seed", index.dataset.name)
    by = left.selectbox(
        "Sort by", SORTS, format_func=SORT_TITLES.__getitem__, help=SORT_HELP, **_bind("sort", name)
    )
    if by == "random":
        right.button(
            "Shuffle", icon=":material/shuffle:", help="Another random order.", on_click=_next_seed,
            args=(seed_key,), key=key_of("shuffle", name),
        )  # fmt: skip
        return Sort(by, seed=int(st.session_state.get(seed_key, 0)))
    return Sort(by, descending=right.toggle("Down", help="Largest or last first.", **_bind("down", name)))


def _draw_more(index: PictureIndex) -> dict[str, Any]:
    name = index.dataset.name
    meanings = "  \n".join(f"{FLAG_TITLES[flag]}: {FLAGS[flag]}" for flag in FLAGS)
    with st.popover("More filters", icon=":material/tune:"):
        flags = st.pills(
            "Only pictures that are", list(FLAGS), selection_mode="multi", help=meanings,
            format_func=FLAG_TITLES.__getitem__, **_bind("flags", name),
        )  # fmt: skip
        width = _draw_range(index, "width", "Width in pixels", is_whole=True)
        height = _draw_range(index, "height", "Height in pixels", is_whole=True)
        columns = [_draw_column(index, column) for column in _choose_columns(index)]
    return {
        "flags": tuple(flags),
        "width": width,
        "height": height,
        "columns": tuple(one for one in columns if one.values or not one.range.is_open),
    }


def _choose_columns(index: PictureIndex) -> list[str]:
    columns = [str(column) for column in index.dataset.metadata.columns]
    if len(columns) <= MAX_COLUMNS:
        return columns
    return st.multiselect(
        "Columns of the source", columns, placeholder="Choose some to filter by",
        **_bind("columns", index.dataset.name),
    )  # fmt: skip


def _draw_column(index: PictureIndex, column: str) -> ColumnFilter:
    texts = index.values_of(column)
    if texts is None:
        whole = index.dataset.metadata[column].dtype.kind in "iu"
        return ColumnFilter(column, range=_draw_range(index, WHERE + column, plain(column), is_whole=whole))
    key = key_of(WHERE + column, index.dataset.name)
    is_long = len(texts) > MAX_OPTIONS
    chosen = st.multiselect(
        plain(column), st.session_state.get(key, []) if is_long else texts, accept_new_options=is_long,
        placeholder="Type a value" if is_long else "Any", format_func=lambda text: text or "(none)",
        key=key, persist_state="session",
    )  # fmt: skip
    unknown = [value for value in chosen if value not in texts]
    if unknown:
        st.caption(f"No image has {plain(', '.join(unknown))} as {plain(column)}.")
    return ColumnFilter(column, values=tuple(value for value in chosen if value in texts))


def _draw_range(index: PictureIndex, name: str, title: str, *, is_whole: bool) -> Range:
    """Draw a slider with two ends; nothing where all images have the same number."""
    limits = index.range_of(name.removeprefix(WHERE))
    if limits.low is None or limits.high is None or limits.low == limits.high:
        return Range()
    ends: Any = (int(limits.low), int(limits.high)) if is_whole else (limits.low, limits.high)
    key = key_of(name, index.dataset.name)
    st.session_state.setdefault(key, ends)
    low, high = st.slider(title, ends[0], ends[1], key=key, persist_state="session")
    return Range(None if low <= ends[0] else low, None if high >= ends[1] else high)


def _put(query: PictureQuery, index: PictureIndex) -> None:
    """Set every widget to a query; before they are drawn, or in a callback."""
    name, wanted = index.dataset.name, query.wanted
    values: dict[str, Any] = {
        "classes": list(wanted.classes), "splits": list(wanted.splits), "flags": list(wanted.flags),
        "name": wanted.name, "sort": query.order.by, "down": query.order.descending,
        "seed": query.order.seed, "per": query.page_size, "page": query.page,
        "width": _ends(index, "width", wanted.width), "height": _ends(index, "height", wanted.height),
        "columns": [one.column for one in wanted.columns],
    }  # fmt: skip
    given = {one.column: one for one in wanted.columns}
    for column in index.dataset.metadata.columns:
        one = given.get(column, ColumnFilter(column))
        is_text = index.values_of(column) is not None
        values[WHERE + column] = list(one.values) if is_text else _ends(index, column, one.range)
    values["asked"] = (query.wanted, query.order, query.page_size)  # whose page it is
    for each, value in values.items():
        if value is None:
            st.session_state.pop(key_of(each, name), None)
        else:
            st.session_state[key_of(each, name)] = value


def _ends(index: PictureIndex, column: str, wanted: Range) -> tuple[float, float] | None:
    """Where the two ends of a slider stand for a range."""
    limits = index.range_of(column)
    if limits.low is None or limits.high is None or limits.low == limits.high:
        return None
    low = limits.low if wanted.low is None else max(limits.low, wanted.low)
    high = limits.high if wanted.high is None else min(limits.high, wanted.high)
    is_whole = column in ("width", "height") or index.dataset.metadata[column].dtype.kind in "iu"
    return (int(low), int(high)) if is_whole else (low, high)


def _bind(name: str, dataset_name: str) -> dict[str, Any]:
    return state.bind(key_of(name, dataset_name))


def _next_seed(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, 0)) + 1


def _parameters() -> dict[str, list[str]]:
    """This part's parameters in the URL."""
    ours = {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name in NAMES or name.startswith(WHERE)
    }
    return {name: values for name, values in ours.items() if values}

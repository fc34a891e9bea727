"""One line on the caches: how much room they take, and a popover to clear and to limit them."""

import streamlit as st

from app import cache
from app.cache.home import changed_at
from app.components.command import command_popover
from core.caches import KINDS, Cache, Kind, clear_caches, limit, list_caches, set_limit, settings_path
from core.words import counted, size_in_words

GB = 1_000_000_000
HELP = (
    "Images decoded at the size of a network, and what frozen layers make of them, are kept so that training "
    "is fast. What was not used for longest is deleted when room is needed."
)
KIND_WORDS: dict[Kind, str] = {
    "pixels": "Decoded images",
    "features": "Features of frozen layers",
    "run features": "Features for maps of images",
    "tables": "Layer tables",
}


def cache_line() -> None:
    """Draw the line with its popover, and the command that does the same."""
    workspace = cache.workspace()
    caches = list_caches(workspace)
    taken = sum(each.num_bytes for each in caches)
    with st.container(horizontal=True, vertical_alignment="center", key="cache_line"):
        st.caption(
            f"Caches take {size_in_words(taken)} of at most {size_in_words(limit(workspace))}.", help=HELP
        )
        with st.popover("Caches", icon=":material/database:", help="Clear the caches, or limit them."):
            _limit_field()
            kind = _clear_field(caches)
        command_popover(["cache", "clear", *(["--kind", kind.replace(" ", "-")] if kind else [])])


def _limit_field() -> None:
    workspace = cache.workspace()
    wanted = st.number_input(
        "Limit, GB",
        min_value=0.1,
        max_value=1_000_000.0,
        value=max(0.1, round(limit(workspace) / GB, 1)),
        step=1.0,
        format="%.1f",
        help="All caches together take no more than this; the disk keeps some room besides.",
        key=f"cache_limit_{changed_at(settings_path(workspace))}",  # shows what a command has set meanwhile
    )
    if st.button("Set the limit", icon=":material/save:", key="cache_set_limit"):
        set_limit(workspace, wanted)
        st.rerun()


def _clear_field(caches: list[Cache]) -> Kind | None:
    """Let caches be cleared; returns the kind chosen, None for all."""
    kinds = [kind for kind in KINDS if any(found.kind == kind for found in caches)]
    kind = st.selectbox(
        "What to clear",
        [None, *kinds],
        format_func=lambda each: "All caches" if each is None else KIND_WORDS[each],
        help="What a training uses now stays. The rest is made again when it is needed.",
        key="cache_kind",
    )
    if st.button("Clear", icon=":material/delete_sweep:", disabled=not caches, key="cache_clear"):
        cleared = clear_caches(cache.workspace(), kind=kind)
        kept = f" {counted(cleared.num_kept, 'cache')} in use stay." if cleared.num_kept else ""
        st.toast(f"{size_in_words(cleared.num_bytes)} freed.{kept}", icon=":material/delete_sweep:")
        st.rerun()
    return kind

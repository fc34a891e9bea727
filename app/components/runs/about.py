"""Title, tags and note of a run: a form whose button writes only what was changed in this browser."""

import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.plain_text import plain
from core.runs.notes import MAX_NOTE, MAX_TAGS, MAX_TITLE, About, update_about
from core.runs.run import Run

FIELDS = ("title", "tags", "note")
HELP = {
    "title": "Shown beside the id wherever the run is named; the id itself stays.",
    "tags": "Words to find runs by; the table of runs shows them.",
    "note": "What you tried and what came out. It is kept in the run's folder.",
}


def run_about(run: Run) -> None:
    """Draw the form, folded."""
    with st.expander("Title, tags and note", icon=":material/edit_note:"):
        seen = _start_with(run)
        with st.form(f"about_form_{run.id}", border=False):
            title_column, tags_column = st.columns(2)
            title = title_column.text_input(
                "Title", key=_key(run, "title"), max_chars=MAX_TITLE, help=HELP["title"]
            )
            tags = tags_column.multiselect(
                "Tags",
                sorted({*_known_tags(), *seen.tags}),
                key=_key(run, "tags"),
                accept_new_options=True,
                max_selections=MAX_TAGS,
                placeholder="Choose, or write a new one",
                help=HELP["tags"],
            )
            note = st.text_area("Note", key=_key(run, "note"), max_chars=MAX_NOTE, help=HELP["note"])
            if st.form_submit_button("Save", icon=":material/save:"):
                _save(run, seen, About(title=title, tags=tuple(tags), note=note))
        _draw_command(run)


def _start_with(run: Run) -> About:
    """Fill the form with what is written when it comes on the page; return what it was filled with."""
    seen: About | None = st.session_state.get(_key(run, "seen"))
    if seen is None or any(_key(run, field) not in st.session_state for field in FIELDS):
        seen = cache.about(run)
        st.session_state[_key(run, "seen")] = seen
        st.session_state[_key(run, "title")] = seen.title
        st.session_state[_key(run, "tags")] = list(seen.tags)
        st.session_state[_key(run, "note")] = seen.note
    return seen


def _save(run: Run, seen: About, wanted: About) -> None:
    changes = {
        field: getattr(wanted, field) for field in FIELDS if getattr(wanted, field) != getattr(seen, field)
    }
    if changes:
        update_about(run, **changes)
    st.session_state.pop(_key(run, "seen"), None)
    st.toast(f"Saved what you wrote about {plain(run.id)}.", icon=":material/check:")
    st.rerun()


def _known_tags() -> set[str]:
    return {tag for name in cache.run_datasets() for tag in cache.about(cache.run(name)).tags}


def _draw_command(run: Run) -> None:
    about = cache.about(run)
    command_popover(["runs", "rename", run.id, about.title or "A title"])


def _key(run: Run, field: str) -> str:
    return f"about_{field}_{run.id}"

"""Stacks that were saved under a name: load, save, delete."""

from collections.abc import Sequence

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.components.train import stack_rows
from app.failures import shown_as_text
from core.models.stack.store import SavedStack, delete_stack, list_stacks, save_stack
from core.runs.stack import StackLayer

KEY_CHOSEN = "train_stack_saved"  # which of the saved stacks is chosen
KEY_NEXT = "train_stack_next"  # which one shall be, after the page has run anew


def stack_shelf() -> None:
    """Draw the choice of a saved stack, and the ways to save the one in the table and to delete one."""
    saved = {stack.name: stack for stack in list_stacks(cache.workspace())}
    wished = st.session_state.pop(KEY_NEXT, None) or st.session_state.get(KEY_CHOSEN)
    st.session_state[KEY_CHOSEN] = wished if wished in saved else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Saved stack",
            list(saved),
            index=None,
            disabled=not saved,
            placeholder="Choose one to load it" if saved else "None saved yet",
            format_func=plain,
            help="Stacks of this workspace; loading one takes the place of the table.",
            on_change=_load,
            args=(saved,),
            **state.bind(KEY_CHOSEN),
        )
        with st.popover("Save", icon=":material/save:", help="Keep the table's rows under a name."):
            _save(saved)
        with st.popover("Delete", icon=":material/delete:", disabled=chosen is None):
            st.markdown(f"Delete {plain(chosen or '')}? Runs that were trained with it keep their layers.")
            if st.button("Delete the stack", icon=":material/delete:") and chosen is not None:
                with shown_as_text():
                    delete_stack(cache.workspace(), chosen)
                    st.rerun()


def same_saved_stack(layers: Sequence[StackLayer]) -> str | None:
    """Return the chosen saved stack's name where the table says the same, else None."""
    name = st.session_state.get(KEY_CHOSEN)
    same = (stack for stack in list_stacks(cache.workspace()) if stack.name == name)
    return next((stack.name for stack in same if stack.layers == tuple(layers)), None)


def _save(saved: dict[str, SavedStack]) -> None:
    name = st.text_input("Name of the stack", placeholder="such as wide net", key="train_stack_name").strip()
    is_taken = name in saved
    label = "Replace the stack" if is_taken else "Save the stack"
    if st.button(label, disabled=not name, icon=":material/save:", key="train_stack_save"):
        with shown_as_text():
            layers = stack_rows.layers_of(stack_rows.current_rows())
            st.session_state[KEY_NEXT] = save_stack(cache.workspace(), name, layers, overwrite=is_taken).name
            st.toast(f"Saved {plain(name)}.", icon=":material/check:")
            st.rerun()


def _load(saved: dict[str, SavedStack]) -> None:
    name = st.session_state[KEY_CHOSEN]
    if name is not None:
        stack_rows.put_rows(saved[name].layers)

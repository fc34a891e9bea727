"""Who stands in the duel of Compare: the full run, a saved grouping, and a run trained on its groups."""

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.navigation import Page, go_to
from app.state import Key
from core.evaluation.versions import edited_since
from core.jobs.queue import submit
from core.regrouping.duel.opponents import (
    find_full,
    find_of_other_pictures,
    find_of_other_versions,
    find_retrained,
)
from core.regrouping.store import SavedGrouping, list_groupings
from core.runs.run import ACTIVE_STATES, Run


def explain_grouped(run: Run) -> None:
    """A run on groups is one side of the duel; the other side is the full run."""
    st.info(f"Run {plain(run.id)} was trained on groups. Compare starts from the run that knows all classes.")
    for full in find_full(cache.workspace(), run):
        if st.button(f"Compare {plain(full.id)} with it", type="primary", key=f"full_{full.id}"):
            state.choose(run=full.id)
            state.put(Key.GROUPING, run.config.grouping)
            st.rerun()


def choose_grouping(run: Run, class_names: tuple[str, ...]) -> SavedGrouping | None:
    """Let a saved grouping of these classes be chosen; tell what to do when there is none."""
    fitting = list_groupings(cache.workspace(), run.config.dataset, class_names=class_names)
    found = {saved.name: saved for saved in fitting}
    if not found:
        st.info("No grouping of these classes is saved yet. Build one on Regroup, or have one suggested.")
        if st.button("Group the confused classes", type="primary", icon=":material/join:"):
            go_to(Page.REGROUP)
        return None
    name = st.selectbox("Grouping", found, help="Saved on Regroup.", **state.bind(Key.GROUPING))
    return found.get(name or "")


def choose_retrained(run: Run, saved: SavedGrouping) -> Run | None:
    """Return the run trained on these groups; without one of just the same settings offer to train it."""
    done = {other.id: other for other in find_retrained(cache.workspace(), run, saved.grouping)}
    others = {other.id: other for other in find_of_other_pictures(cache.workspace(), run, saved.grouping)}
    chosen = None
    if done or others:
        name = st.selectbox(
            "Retrained run",
            [*done, *others],
            format_func=lambda name: f"{name} (saw other pictures)" if name in others else name,
            key=f"retrained_{run.id}_{saved.name}",
            help="Runs trained on these groups with the same dataset and settings; only the seed may differ, "
            "or that one saw clean pictures and the other occluded ones.",
        )
        chosen = (done | others).get(name or "")
    if not done:
        _offer_training(run, saved, pictures=" with the same pictures" if others else "")
    return chosen


def _offer_training(run: Run, saved: SavedGrouping, *, pictures: str) -> None:
    """Tell why no run on these groups stands against this one, and offer to train it."""
    active = find_retrained(cache.workspace(), run, saved.grouping, states=ACTIVE_STATES)
    if active:
        st.info(f"{plain(active[0].id)} is being trained on these groups; come back when it is done.")
        if st.button("See how it goes", type="primary", icon=":material/monitoring:"):
            go_to(Page.RUNS)
        return
    others = find_of_other_versions(cache.workspace(), run, saved.grouping)
    if others:
        names = ", ".join(plain(other.id) for other in others[:3])
        st.info(
            f"Trained on these groups, but on another version of the dataset: {names}. Their test images or "
            f"labels differ, so they cannot stand against {plain(run.id)}."
        )
    else:
        st.info(
            f"No network was trained on these groups{pictures} yet; the same settings and split will be used."
        )
    if edited_since(run, cache.dataset(run.config.dataset)) is not None:
        st.warning(
            f"The dataset was changed after {plain(run.id)}: a network trained now sees another version and "
            f"cannot stand against it. Train the full network again first, or undo the edits on Datasets."
        )
    if st.button("Train on these groups", type="primary", icon=":material/model_training:"):
        new = submit(
            cache.workspace(), run.config.model_copy(update={"grouping": saved.name, "groups": None})
        )
        state.choose(run=new.id)
        go_to(Page.RUNS)

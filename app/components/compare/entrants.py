"""Who stands in the duel of Compare: the full runs, a saved grouping, and runs trained on its groups."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.navigation import Page, go_to
from app.state import Key
from core.evaluation.shown import compare_pictures
from core.regrouping.duel.opponents import enter_duel, find_full, find_of_other_pictures
from core.regrouping.keeping.saved import SavedGrouping
from core.runs.imported import is_imported
from core.runs.run import Run

HELP = {
    "grouping": "Saved on Regroup. Once saved it is frozen, and test images may judge it.",
    "full": "Networks that know all classes and differ in nothing but the training seed. With several, "
    "figures are means over them.",
    "retrained": "Networks trained on these groups with the same dataset and settings; only the seed may "
    "differ, or that one saw clean pictures and the other occluded ones.",
}


class Entrants(NamedTuple):
    """The runs that are compared.

    Attributes:
        full: On all classes; the one chosen in the sidebar first.
        retrained: On the groups; may be none.
    """

    full: list[Run]
    retrained: list[Run]


def explain_grouped(run: Run) -> None:
    """A run on groups is one side of the duel; the other side is the full run."""
    st.info(f"Run {plain(run.id)} was trained on groups. Compare starts from the run that knows all classes.")
    others = find_full(cache.workspace(), run)
    for full in others:
        if st.button(f"Compare {plain(full.id)} with it", type="primary", key=f"full_{full.id}"):
            state.choose(run=full.id)
            state.put(Key.GROUPING, run.config.grouping)
            st.rerun()
    if not others:
        st.markdown("There is no finished run on all classes with the same settings; train one first.")
        if st.button("Train one", type="primary", icon=":material/model_training:"):
            go_to(Page.TRAIN)


def can_be_judged(run: Run) -> bool:
    """Whether a run has answered test images; else tell."""
    has_test = run.predictions_path("test").exists()
    if not has_test:
        st.info(
            f"Run {plain(run.id)} has no test predictions, so nothing can be judged on images that no choice "
            f"was made on. Choose another run in the sidebar, or look at validation on Regroup.",
            icon=":material/visibility_off:",
        )
        if st.button("To Regroup", type="primary", icon=":material/join:"):
            go_to(Page.REGROUP)
    return has_test


def choose_grouping(run: Run) -> SavedGrouping | None:
    """Let a saved grouping of the run's classes be chosen; tell what to do when there is none."""
    class_names = cache.predictions(run.id, "val").class_names
    found = {saved.name: saved for saved in cache.saved_groupings(run.config.dataset, class_names)}
    if not found:
        st.info("No grouping of these classes is saved yet. Build one on Regroup, or have one suggested.")
        if st.button("Group the confused classes", type="primary", icon=":material/join:"):
            go_to(Page.REGROUP)
        return None
    name = st.selectbox("Grouping", found, help=HELP["grouping"], **state.bind(Key.GROUPING))
    saved = found.get(name or "")
    if saved is not None and saved.split == "test":
        st.warning("This grouping was chosen on the test images, so they cannot judge it fairly.")
    return saved


def choose_runs(run: Run, saved: SavedGrouping) -> Entrants:
    """Let runs be left out on both sides; all seeds take part to begin with."""
    workspace = cache.workspace()
    (_, *twins), theirs = enter_duel(workspace, run, saved.grouping)
    other_pictures = find_of_other_pictures(workspace, run, saved.grouping)
    full_column, retrained_column = st.columns(2)
    with full_column:
        if twins:
            title = f"Full runs beside {plain(run.id)} (seed {run.config.seed})"
            twins = _choose(title, twins, HELP["full"], default=twins)
        else:
            st.text_input("Full run", run.id, disabled=True, help=HELP["full"], key=f"duel_only_{run.id}")
    with retrained_column:
        options = [*theirs, *other_pictures]
        default = theirs or other_pictures[:1]
        retrained = []
        if options:
            retrained = _choose(
                "Retrained runs", options, HELP["retrained"], default=default, others=other_pictures
            )
        else:
            is_elsewhere = is_imported(run.config)
            empty = (
                "None: it was made elsewhere" if is_elsewhere else "None yet: train on these groups, below"
            )
            st.text_input("Retrained runs", empty, disabled=True, help=HELP["retrained"], key="duel_none")
    tell_pictures(run, [*twins, *retrained])
    return Entrants([run, *twins], retrained)


def tell_pictures(run: Run, others: list[Run]) -> None:
    """Say which runs saw occluded pictures."""
    for other in others:
        seen = compare_pictures(run.config, other.config, names=(run.id, other.id)) if other != run else None
        if seen:
            st.info(plain(seen), icon=":material/hide_image:")


def _choose(
    title: str, runs: list[Run], words: str, *, default: list[Run], others: Sequence[Run] = ()
) -> list[Run]:
    """A choice that begins anew when there are other runs to choose from, so that new ones take part.

    Args:
        title: Of the field.
        runs: What can be chosen.
        words: Its help.
        default: What is chosen to begin with.
        others: Which of them saw other pictures.
    """
    by_id = {run.id: run for run in runs}
    names = {run.id: f"{run.id} (seed {run.config.seed})" for run in runs}
    names |= {run.id: f"{run.id} (saw other pictures)" for run in others}
    chosen = st.multiselect(
        title,
        list(by_id),
        default=[run.id for run in default],
        format_func=lambda name: names.get(name, name),
        help=words,
        placeholder="None",
        key=f"duel_{'_'.join(by_id)}",
    )
    return [by_id[name] for name in by_id if name in chosen]

"""Training again on groups: how many seeds, whether the full network too, and the button that queues."""

from collections.abc import Callable

import streamlit as st

from app import cache, state
from app.components.plain_text import plain
from app.navigation import Page, go_to
from core.jobs.retraining import MAX_SEEDS, MORE_SEEDS, default_seeds, retrain
from core.regrouping.keeping.store import load_grouping
from core.runs.imported import is_imported
from core.runs.run import Run, State

FIELD_WIDTH = 150  # pixels
HELP = {
    "seeds": "A seed is where a training's random numbers start: first weights, order of the images. With "
    "another seed the same network comes out a little better or worse; with several one sees how much.",
    "full": "Trains the network on all classes with these seeds, too, so that both means are of as many "
    "runs.",
    "train": "Queues runs with the same settings and split that learn the groups as their classes; saves the "
    "grouping first. Runs that are there already are not trained twice, and features that frozen layers "
    "have computed are used again.",
}


def train_on_groups(run: Run, keep: Callable[[], str], *, enabled: bool, key: str) -> list[str]:
    """Draw the choices and the button; a click queues what is missing and leads to the runs.

    Args:
        run: The run with the settings.
        keep: Saves the groups where that is still to be done; returns the grouping's name.
        enabled: Whether there are groups to train on.
        key: Of the widgets, one for each page.

    Returns:
        The options of ``regroup duel`` that do the same; none where nothing can be trained.
    """
    if is_imported(run.config):
        st.caption(f"{plain(run.id)} was made elsewhere, so it cannot be trained again here.")
        return []
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    num_seeds = row.number_input(
        "Training seeds", 1, MAX_SEEDS, value=1 + MORE_SEEDS, step=1, width=FIELD_WIDTH, help=HELP["seeds"],
        **state.bind(f"{key}_seeds"),
    )  # fmt: skip
    clicked = row.button(
        "Train on these groups", icon=":material/model_training:", key=f"{key}_train", type="primary",
        disabled=not enabled, help=HELP["train"],
    )  # fmt: skip
    also_full = st.checkbox("Also the full network", help=HELP["full"], **state.bind(f"{key}_also_full"))
    seeds = default_seeds(run, int(num_seeds))
    st.caption(f"{_seed_words(seeds)}, all else as in {plain(run.id)}, whose seed is {seeds[0]}.")
    if clicked:
        _train(run, keep(), seeds, also_full=also_full)
    return ["--train", "--seeds", str(len(seeds)), *(["--also-full"] if also_full else [])]


def _train(run: Run, name: str, seeds: tuple[int, ...], *, also_full: bool) -> None:
    """Queue what is missing, and go where it is seen; stay when there is nothing left to train."""
    workspace = cache.workspace()
    saved = load_grouping(workspace, run.config.dataset, name)
    asked = retrain(workspace, run, saved, seeds, also_full=also_full)
    if state.get(state.Key.GROUPING) != saved.name:  # on Compare a widget owns it, and shows it already
        state.put(state.Key.GROUPING, saved.name)
    going = [other for other in asked.existing if other.status.state is not State.DONE]
    if not asked.queued and not going:
        st.info("All of these runs are done already; Compare shows them. Choose more seeds to train others.")
        return
    state.choose(run=(*asked.queued, *going)[0].id)
    go_to(Page.RUNS)


def _seed_words(seeds: tuple[int, ...]) -> str:
    """Which seeds these are, one run each.

    They begin with the run's own, so that one pair differs in nothing but the labels.
    """
    return f"Seed {seeds[0]}" if len(seeds) == 1 else f"Seeds {seeds[0]} to {seeds[-1]}"

"""Where the network looked when it took two classes for each other: Grad-CAM for a handful of mistakes."""

import numpy as np
import streamlit as st

from app import cache
from app.components.picture_grid import picture_grid
from app.components.pictures_shown import find_shown
from app.components.plain_text import plain
from core.evaluation.mistakes import rows_of_pair
from core.explain import service
from core.predictions import Predictions
from core.regrouping.evidence.facts import PairFacts
from core.regrouping.evidence.verdict import PairEvidence
from core.runs.imported import is_imported
from core.runs.run import Run

OPEN = "regroup_cams"  # (run id, pair) whose heat maps are shown
NUM_IMAGES = 3  # of each direction
SIDE = 112  # CSS pixels
HELP = (
    "**Grad-CAM** colors the places that made the network give a class more points: first the picture, then "
    "what speaks for the class that it said, then for the true one. The surest mistakes of each direction."
)


def can_look(run: Run, evidence: PairEvidence) -> bool:
    """Whether there are mistakes to look at, with pictures and a network, or a word on why there is none."""
    return bool(evidence.facts.num_mistakes) and cache.dataset(run.config.dataset).has_pictures


def toggle_cams(run: Run, pair: tuple[str, str]) -> None:
    """Draw the button that shows and hides the heat maps."""
    has_network = run.model_path.exists()
    why = "imported predictions come without a network" if is_imported(run.config) else "its file is gone"
    st.button(
        "Hide where it looks" if _is_open(run, pair) else "Where does it look?",
        icon=":material/visibility:",
        key="regroup_look",
        disabled=not has_network,
        on_click=_toggle,
        args=(run, pair),
        help=HELP if has_network else f"Run {plain(run.id)} has no network to ask: {why}.",
    )


def show_cams(run: Run, predictions: Predictions, facts: PairFacts) -> None:
    """Draw the heat maps when they are wanted, with progress while the network is asked."""
    if not _is_open(run, facts.names) or not run.model_path.exists():
        return
    first, second = facts.indices
    shown = [
        (int(row), true, predicted)
        for true, predicted in ((first, second), (second, first))
        for row in rows_of_pair(predictions, true, predicted)[:NUM_IMAGES]
    ]
    dataset = find_shown(run, predictions.split)
    bar = st.progress(0.0, text="Asking the network; the first question takes some seconds")
    pictures, captions = [], []
    for done, (row, true, predicted) in enumerate(shown):
        sample_id = int(predictions.sample_ids[row])
        pictures.append(cache.looked_at(run, dataset.name, sample_id, (predicted, true)))
        captions.append(_caption(predictions, row, true, predicted))
        bar.progress((done + 1) / len(shown), text=f"Image {done + 1} of {len(shown)}")
    bar.empty()
    picture_grid(pictures, captions, size=SIDE)
    st.caption("The picture, what speaks for the class that was said, and what for the true one.", help=HELP)


def _caption(predictions: Predictions, row: int, true: int, predicted: int) -> str:
    names, probs = predictions.class_names, np.asarray(predictions.probs[row], float)
    return f"said {names[predicted]} ({probs[predicted]:.0%}), is {names[true]} ({probs[true]:.0%})"


def _toggle(run: Run, pair: tuple[str, str]) -> None:
    if _is_open(run, pair):
        del st.session_state[OPEN]
    else:
        st.session_state[OPEN] = (run.id, frozenset(pair))
        service.warm_up()


def _is_open(run: Run, pair: tuple[str, str]) -> bool:
    return st.session_state.get(OPEN) == (run.id, frozenset(pair))

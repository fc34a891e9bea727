"""Where the network looked when it took two classes for each other: Grad-CAM for a handful of mistakes."""

import streamlit as st

from app import cache
from app.components.picture_grid import picture_grid
from app.components.plain_text import plain
from app.components.regroup.looking import (
    SIDE,
    Question,
    looking,
    questions_of,
    start_looking,
    stop_looking,
)
from app.components.run_words import duration
from app.failures import shown_as_text
from core.explain import service
from core.predictions import Predictions
from core.regrouping.evidence.facts import PairFacts
from core.regrouping.evidence.verdict import PairEvidence
from core.runs.imported import is_imported
from core.runs.run import Run

OPEN = "regroup_cams"  # (run id, pair) whose heat maps are shown
WANTED = "regroup_cams_wanted"  # set by the click that opens them, until the network is asked
STYLE = """<style>
.st-key-regroup_looks .pictures figure { max-width: 100%; }
.st-key-regroup_looks .pictures figcaption { width: 0; min-width: 100%; overflow-wrap: anywhere; }
</style>"""  # a caption is as wide as its pictures
POLL_S = 0.5  # seconds between two looks at how far the network is
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
        help=None if has_network else f"Run {plain(run.id)} has no network to ask: {why}.",
    )


def show_cams(run: Run, predictions: Predictions, facts: PairFacts) -> None:
    """Draw the heat maps when they are wanted; they come one by one and keep no other click waiting."""
    if not _is_open(run, facts.names) or not run.model_path.exists():
        return
    questions = questions_of(run, predictions, facts)
    if st.session_state.pop(WANTED, False):
        start_looking(run, questions)
    is_asking = _is_asking()
    st.fragment(_draw, run_every=POLL_S if is_asking else None)(run, questions, is_asking)


def _draw(run: Run, questions: list[Question], was_asking: bool) -> None:
    """What is known so far, and how far the network is; when it ends, the page is drawn without a clock."""
    with shown_as_text():
        is_asking = _is_asking()
        if is_asking != was_asking:
            st.rerun()
        kept = cache.looks()
        known = [question for question in questions if question.key in kept]
        if is_asking:
            _progress(len(known), len(questions))
        elif len(known) < len(questions):
            _go_on(run, questions, len(known))
        if known:
            _pictures([kept[question.key] for question in known], [question.caption for question in known])


def _pictures(groups: list[list[bytes]], captions: list[str]) -> None:
    with st.container(key="regroup_looks", gap="xsmall"):
        picture_grid(groups, captions, size=SIDE)
        st.html(STYLE)
        st.caption(
            "The picture, what speaks for the class that was said, and what for the true one. Validation, "
            "the surest mistakes of each direction.",
            help=HELP,
        )


def _progress(done: int, total: int) -> None:
    job = looking()
    left = None if job is None else job.seconds_left
    text = f"Grad-CAM: {done} of {total} images" if done else "Asking the network; this takes some seconds"
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="regroup_look_progress")
    row.progress(done / total, text=text if left is None else f"{text}, {duration(left)} left")
    row.button(
        "Stop",
        icon=":material/stop:",
        key="regroup_look_stop",
        on_click=stop_looking,
        help="What is there already stays.",
    )


def _go_on(run: Run, questions: list[Question], done: int) -> None:
    """Say why not all is there, and offer to go on."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.button(
        "Go on",
        icon=":material/play_arrow:",
        key="regroup_look_on",
        on_click=start_looking,
        args=(run, questions),
        help="Asks the network about the other images.",
    )
    row.markdown(f"{done} of {len(questions)} images were asked about.", width="content")
    job = looking()
    if job is not None:
        with shown_as_text():
            job.result()  # tells why it ended


def _toggle(run: Run, pair: tuple[str, str]) -> None:
    if _is_open(run, pair):
        del st.session_state[OPEN]
        stop_looking()
    else:
        st.session_state[OPEN], st.session_state[WANTED] = (run.id, frozenset(pair)), True
        service.warm_up()


def _is_asking() -> bool:
    job = looking()
    return job is not None and job.is_running


def _is_open(run: Run, pair: tuple[str, str]) -> bool:
    return st.session_state.get(OPEN) == (run.id, frozenset(pair))

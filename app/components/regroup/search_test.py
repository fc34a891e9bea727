"""The test of suggested groups: the same search repeated on mistakes dealt anew, with progress and Stop."""

import streamlit as st

from app import cache
from app.cache.runs import predictions_key
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.regroup.draft import kept_for_later
from app.failures import shown_as_text
from core.datasets.parallel import Progress
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.truth.gain import Gain, num_searches, search_gain
from core.runs.run import Run

HELP = (
    "Deals the wrong answers anew among the wrongly answered images, so that which class is taken for which "
    "is chance, and searches again for as many groups, {num} times. What these searches gain is what a "
    "search finds where there is nothing to find. Images of one group, such as a patient, that are "
    "taken for the same class stay together."
)


def found_gain(run: Run, grouping: Grouping, settings: SearchSettings) -> Gain | None:
    """What the test of these groups has told; None when it was not made yet."""
    return cache.search_gains().get(_key(run, grouping, settings))


def search_test(run: Run, grouping: Grouping, settings: SearchSettings) -> None:
    """Draw the button, or how far the test is."""
    job = _job(run)
    ended = follow_job(job, unit="searches")
    if ended is not None and is_own(job, ended):
        with shown_as_text():
            ended.result()  # tells why there is none
    if is_running(job) or found_gain(run, grouping, settings) is not None:
        return
    num_draws = num_searches(grouping.num_classes)
    st.button(
        "Compare with searches in chance",
        icon=":material/casino:",
        key="regroup_search_test",
        on_click=_start,
        args=(run, grouping, settings),
        help=HELP.format(num=num_draws),
    )


def _start(run: Run, grouping: Grouping, settings: SearchSettings) -> None:
    predictions, key = cache.predictions(run.id, "val"), _key(run, grouping, settings)
    clusters = cache.clusters(run.id, "val")
    gains, num_draws = cache.search_gains(), num_searches(grouping.num_classes)

    def work(progress: Progress) -> None:
        found = search_gain(
            predictions, grouping, settings, num_draws=num_draws, clusters=clusters, progress=progress
        )
        if found is not None:
            gains[key] = found

    with kept_for_later():
        start_job(_job(run), f"Searching {num_draws} times in chance", work)


def _job(run: Run) -> str:
    return f"search-test-{run.id}"


def _key(run: Run, grouping: Grouping, settings: SearchSettings) -> tuple[object, ...]:
    return (*predictions_key(run.id, "val"), grouping.assignment, settings.model_dump_json())

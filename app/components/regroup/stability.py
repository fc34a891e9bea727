"""How stable suggested groups are: the search repeated on images drawn anew, with progress and Stop."""

import streamlit as st

from app import cache, state
from app.cache.runs import predictions_key
from app.cache.suggestions import Measured, stabilities
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.regroup.draft import Draft, kept_for_later
from app.failures import shown_as_text
from core.datasets.parallel import Progress
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.stability import STABLE_SHARE, bootstrap_stability
from core.runs.run import Run

NUM_DRAWS = 50
RUNS = "regroup_stability_runs"
HELP = (
    f"Draws the validation images anew, with replacement, {NUM_DRAWS} times, and searches groups each time. "
    "A group is stable when each two of its classes come together in at least "
    f"{STABLE_SHARE:.0%} of the draws; the matrix then draws it with a solid line, others dashed."
)


def stability_of_groups(draft: Draft) -> list[bool] | None:
    """Whether each of the groups now is stable; None until stability was measured for the run."""
    measured = stabilities().get(predictions_key(draft.run_id, "val"))
    return None if measured is None else measured.stability.is_stable(draft.grouping).tolist()


def shares_of_groups(run: Run, grouping: Grouping) -> list[float] | None:
    """How often each group's least frequent pair came together, 0-1; None until it was measured."""
    measured = stabilities().get(predictions_key(run.id, "val"))
    return None if measured is None else measured.stability.of_groups(grouping).tolist()


def stability_part(run: Run, settings: SearchSettings) -> None:
    """Draw the button, or how far the work is, and on what the last stability was measured."""
    job = _job(run)
    ended = follow_job(job, unit="draws")
    if ended is not None and is_own(job, ended):
        with shown_as_text():
            ended.result()  # tells why there is none
    if is_running(job):
        return
    others = [other for other, dataset in cache.run_datasets().items() if _is_like(other, dataset, run)]
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    chosen = (
        row.multiselect(
            "Further runs",
            others,
            format_func=cache.run_name,
            placeholder="This run alone",
            help="Draws then take turns between the runs, so that the chance of training counts too.",
            width=260,
            **state.bind(RUNS),
        )
        if others
        else []
    )
    row.button(
        "Measure stability",
        icon=":material/repeat:",
        key="regroup_stability",
        on_click=_start,
        args=(run, settings, tuple(chosen)),
        help=HELP,
    )
    measured = stabilities().get(predictions_key(run.id, "val"))
    if measured is not None:
        st.caption(_told(measured, settings))


def _told(measured: Measured, settings: SearchSettings) -> str:
    runs = f", {measured.num_runs} runs in turn" if measured.num_runs > 1 else ""
    drawn = "groups of images" if measured.by_groups else "images"
    other = (
        "" if measured.settings == settings else " It was measured with other settings than those chosen now."
    )
    return (
        f"Stability: {measured.stability.num_draws} draws of {drawn}, validation, "
        f"{measured.num_images:,} images{runs}.{other}"
    )


def _is_like(other: str, dataset: str, run: Run) -> bool:
    """Whether another run has predictions for the same classes."""
    if other == run.id or dataset != run.config.dataset or cache.is_archived(other):
        return False
    found = cache.run(other)
    return cache.config(found).groups is None and found.predictions_path("val").exists()


def _start(run: Run, settings: SearchSettings, others: tuple[str, ...]) -> None:
    clusters = None if others else cache.clusters(run.id, "val")
    all_predictions = [cache.predictions(run_id, "val") for run_id in (run.id, *others)]
    kept, key = stabilities(), predictions_key(run.id, "val")

    def work(progress: Progress) -> None:
        found = bootstrap_stability(
            all_predictions, settings, num_draws=NUM_DRAWS, clusters=clusters, progress=progress
        )
        num_images = all_predictions[0].num_samples
        kept[key] = Measured(settings, found, num_images, len(all_predictions), clusters is not None)

    with kept_for_later():
        start_job(_job(run), "Measuring stability", work)


def _job(run: Run) -> str:
    return f"stability-{run.id}"

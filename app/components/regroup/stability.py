"""How stable suggested groups are: the search repeated on images drawn anew, with progress and Stop."""

import streamlit as st

from app import cache, state
from app.cache.suggestions import has_stability, stability
from app.components.background_jobs import follow_job, is_own, is_running, start_job
from app.components.regroup.draft import Draft, kept_for_later
from app.failures import shown_as_text
from core.datasets.parallel import Progress
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.stability import KeptStability, keep_stability
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.states import Node
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.stability import STABLE_SHARE, bootstrap_stability, with_number
from core.regrouping.truth.gain import search_behind
from core.runs.run import Run
from core.words import counted

NUM_DRAWS = 50
RUNS = "regroup_stability_runs"
HELP = (
    f"Draws the validation images anew, with replacement, {NUM_DRAWS} times, and searches groups each time. "
    "A group is stable when each two of its classes come together in at least "
    f"{STABLE_SHARE:.0%} of the draws. Once the groups are applied, the matrix draws stable ones with a "
    "solid line, others dashed."
)


def stability_of_groups(draft: Draft) -> list[bool] | None:
    """Whether each of the groups now is stable under the search that they come from.

    None until the stability of that search was measured, and where no search is behind the groups.
    """
    if not has_stability(draft.run_id, draft.dataset):
        return None
    found = searched_state(draft.history)
    measured = None if found is None else stability(draft.run_id, draft.dataset, found[1])
    if found is None or measured is None:
        return None
    searched, shown = (set(grouping.members.values()) for grouping in (found[0].grouping, draft.grouping))
    is_of_search = any(len(members) > 1 for members in searched & shown)
    return measured.stability.is_stable(draft.grouping).tolist() if is_of_search else None


def searched_state(history: GroupingHistory) -> tuple[Node, SearchSettings] | None:
    """Return the last state on the way to the present one that a search made, with its settings."""
    for node_id in reversed(history.path_to(history.position)):
        origin = history.nodes[node_id].origin
        if origin is not None:
            settings = search_behind(origin)
            return None if settings is None else (history.nodes[node_id], settings)
    return None


def shares_of_groups(run: Run, settings: SearchSettings, grouping: Grouping) -> list[float] | None:
    """How often the least frequent pair of each group that a search found came together, 0-1.

    None until the stability of that search was measured.
    """
    measured = stability(run.id, run.config.dataset, settings.for_number(grouping.num_groups))
    return None if measured is None else measured.stability.of_groups(grouping).tolist()


def stability_part(run: Run, settings: SearchSettings, grouping: Grouping | None) -> None:
    """Draw the button, or how far the work is, and on what the stability of this search was measured.

    Args:
        run: The run.
        settings: The search.
        grouping: What it found, where that is shown.
    """
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
    if grouping is not None:
        settings = settings.for_number(grouping.num_groups)
    measured = None if settings.num_groups is None else stability(run.id, run.config.dataset, settings)
    if measured is not None:
        st.caption(_told(measured))
    elif settings.num_groups is not None and has_stability(run.id, run.config.dataset):
        st.caption("Stability was measured with other settings than those chosen now.")


def _told(measured: KeptStability) -> str:
    num_runs = len(measured.run_ids)
    runs = f", {num_runs} runs in turn" if num_runs > 1 else ""
    drawn = "groups of images" if measured.by_groups else "images"
    return (
        f"Stability: {measured.stability.num_draws} draws of {drawn}, validation, "
        f"{counted(measured.num_images)}{runs}."
    )


def _is_like(other: str, dataset: str, run: Run) -> bool:
    """Whether another run has predictions for the same classes."""
    if other == run.id or dataset != run.config.dataset or cache.is_archived(other):
        return False
    found = cache.run(other)
    return found.config.groups is None and found.predictions_path("val").exists()


def _start(run: Run, settings: SearchSettings, others: tuple[str, ...]) -> None:
    clusters = None if others else cache.clusters(run.id, "val")
    run_ids = (run.id, *others)
    all_predictions = [cache.predictions(run_id, "val") for run_id in run_ids]
    workspace, dataset_name = cache.workspace(), run.config.dataset

    def work(progress: Progress) -> None:
        first = all_predictions[0]
        fixed = with_number(first, settings)
        found = bootstrap_stability(
            all_predictions, fixed, num_draws=NUM_DRAWS, clusters=clusters, progress=progress
        )
        kept = KeptStability(fixed, found, first.num_samples, run_ids, clusters is not None)
        keep_stability(workspace, dataset_name, first, kept)

    with kept_for_later():
        start_job(_job(run), "Measuring stability", work)


def _job(run: Run) -> str:
    return f"stability-{run.id}"

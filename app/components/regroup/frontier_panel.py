"""The panel "Frontier": number of groups against what merging buys and costs; a click takes those groups."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from app import cache, state
from app.cache import frontiers
from app.components.command import command_popover
from app.components.regroup.draft import Draft
from app.components.regroup.frontier_work import frontier_of
from app.components.regroup.search_command import (
    hierarchy_file,
    locked_groups,
    python_settings,
    search_arguments,
)
from app.failures import shown_as_text
from core.plots.frontier import STATE, Dot, plot_frontier
from core.regrouping.frontier import NUM_RANDOM, FrontierPoint, find_knee
from core.regrouping.ordering.dendrogram import regroup_like
from core.regrouping.suggesting.path import STEPWISE
from core.regrouping.suggesting.settings import (
    GOAL_HELP,
    GOALS,
    METHOD_HELP,
    METHODS,
    Goal,
    Method,
    SearchSettings,
)
from core.runs.run import Run
from core.words import PERCENT, counted

CHART, MEASURE = "regroup_frontier_chart", "regroup_frontier_measure"
METHOD, GOAL = "regroup_frontier_method", "regroup_frontier_goal"
MAX_DOTS = 20  # of the person's own states, the newest
STEPWISE_HELP: dict[Method, str] = {
    method: METHOD_HELP[method] for method in METHOD_HELP if method in STEPWISE
}
MEASURES = {
    "accuracy_merged": "Accuracy, merged labels",
    "accuracy_summed": "Accuracy, summed probabilities",
    "macro_f1": "Macro F1",
    "kappa": "Cohen's kappa",
    "bits_kept": "Bits kept",
}
MEASURE_HELP = (
    "**Merged labels**: the predicted class's group is right. **Summed probabilities**: the group with the "
    "largest sum is right. **Macro F1**: each group counts the same. **Cohen's kappa**: accuracy above "
    "chance agreement. **Bits kept**: how much the answer still tells of the truth; merging only loses some."
)
HOW_TO_READ = (
    "Fewer groups are easier, so accuracy rises by itself: the dotted line is the mean of all groupings of "
    f"the same sizes, the band holds 95{PERCENT} of {NUM_RANDOM} random ones. The path was searched on these "
    "images, so it lies above the band even where there is nothing to find: judge on test. The knee is where "
    "merging on buys less than it costs: accuracy beyond the dotted line against bits lost, both as shares "
    "of the path's (Kneedle)."
)


SCORE = "from core.regrouping.scoring.scorer import Scorer"
COMPUTE = "from core.regrouping.frontier import compute_frontier"
FIND = "from core.regrouping.suggesting.path import path"


def frontier_panel(run: Run, draft: Draft) -> None:
    """Draw the choices, the frontier, and how to read it."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    measure: str = row.selectbox(
        "Measure",
        list(MEASURES),
        format_func=MEASURES.__getitem__,
        help=MEASURE_HELP,
        width=280,
        **state.bind(MEASURE),
    )
    method: Method = row.selectbox(
        "Merged",
        list(STEPWISE_HELP),
        format_func=lambda name: METHODS[name],
        help=" ".join(STEPWISE_HELP.values()),
        width=320,
        **state.bind(METHOD),
    )
    goal: Goal = "summed"
    if method == "greedy":
        goal = row.selectbox(
            "What each merge shall keep high",
            list(GOALS),
            format_func=GOALS.__getitem__,
            help="\n".join(f"- **{GOALS[name]}**: {text}" for name, text in GOAL_HELP.items()),
            width=320,
            **state.bind(GOAL),
        )
    settings = search_settings(draft, method, goal)
    with shown_as_text():
        found = frontier_of(run, settings)
        if found is not None:
            _chart(run, draft, measure, settings, found.points)


def _chart(
    run: Run, draft: Draft, measure: str, settings: SearchSettings, points: Sequence[FrontierPoint]
) -> None:
    history = draft.history
    key = f"{CHART}_{run.id}_{len(history.nodes)}_{history.position}"  # a new chart has nothing selected
    st.plotly_chart(
        draw_frontier(points, measure, dots_of(draft, measure)),
        key=key,
        on_select=lambda: take_clicked(draft, settings, st.session_state[key]["selection"]),
        selection_mode="points",
        config={"displayModeBar": False},
    )
    num_images = cache.scorer(run.id, "val").predictions.num_samples
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Validation, {num_images:,} images. Click a point to take its groups; Undo brings yours back.",
            help=HOW_TO_READ,
        )
        _command(run, draft, settings)


def _command(run: Run, draft: Draft, settings: SearchSettings) -> None:
    """Show the command line and the Python lines that compute the same."""
    file = hierarchy_file(draft)
    imports, made = python_settings(settings, file)
    computed = f"compute_frontier(Scorer(predictions), path(predictions, {made}))"
    lines = [*imports[:-1], COMPUTE, SCORE, FIND, imports[-1], "", computed]
    command_popover(
        ["frontier", run.id, *search_arguments(settings, file)], "\n".join(lines), label="Command: frontier"
    )


def search_settings(draft: Draft, method: Method, goal: Goal = "summed") -> SearchSettings:
    """Settings of the path: the person's wishes, and their locked groups as they are."""
    return SearchSettings(
        method=method, goal=goal, num_groups=2, wishes=draft.wishes, locked=locked_groups(draft.grouping)
    )


def draw_frontier(points: Sequence[FrontierPoint], measure: str, dots: Sequence[Dot]) -> go.Figure:
    """Draw one measure; random groupings stand beside accuracies."""
    num_groups = np.array([point.num_groups for point in points])
    values = np.array([getattr(point, measure) for point in points])
    names = ("random_mean", "random_low", "random_high")
    random = np.array([[getattr(point, name) for point in points] for name in names])
    return plot_frontier(
        num_groups,
        values,
        y_title=MEASURES[measure],
        random=random if measure.startswith("accuracy") else None,
        knee=find_knee(points),
        dots=dots,
    )


def dots_of(draft: Draft, measure: str) -> list[Dot]:
    """The newest different states of the person's own; where they are now comes last."""
    history = draft.history
    now = history.current_node
    others = [node for node in history.nodes[-MAX_DOTS:] if node.grouping != now.grouping]
    newest = {node.grouping.assignment: node for node in others}
    return [
        Dot(
            node.id,
            node.grouping.num_groups,
            frontiers.frontier_measures(draft.run_id, node.grouping)[measure],
            node.name or node.label,
        )
        for node in (*newest.values(), now)
    ]


def take_clicked(draft: Draft, settings: SearchSettings, selection: Mapping[str, Any]) -> None:
    """Take the groups of the clicked point, or go to the clicked state."""
    clicked = [point["customdata"] for point in selection["points"] if point.get("customdata")]
    if not clicked:
        return
    kind, number = clicked[0]
    if kind == STATE:
        draft.go_to(int(number))
        return
    path = frontiers.merge_path(draft.run_id, settings)
    found = settings.model_copy(update={"num_groups": int(number)})
    draft.take(
        lambda before: regroup_like(before, path.assignment(int(number))),
        f"Frontier: {counted(int(number), 'group')}",
        origin=found.model_dump(mode="json"),
    )

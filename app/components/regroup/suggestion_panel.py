"""The panel "Find groups": how groups are searched, what was demanded, what they would give, and Apply."""

import pandas as pd
import streamlit as st

from app import cache, state
from app.cache.suggestions import suggested_accuracies, suggestion
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, kept_for_later
from app.components.regroup.search_command import (
    hierarchy_file,
    locked_groups,
    python_settings,
    search_arguments,
)
from app.components.regroup.stability import shares_of_groups, stability_part
from app.components.regroup.wishes_part import wishes_part
from app.failures import shown_as_text
from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.ordering.dendrogram import regroup_like
from core.regrouping.suggesting.settings import (
    GOAL_HELP,
    GOALS,
    METHOD_HELP,
    METHODS,
    Goal,
    Method,
    SearchSettings,
)
from core.regrouping.suggesting.stability import STABLE_SHARE
from core.runs.run import Run
from core.words import counted

INSTANT_CLASSES = 200  # up to so many classes the outcome is shown at once, else on request
METHOD, GOAL, END, ACCURACY = "regroup_method", "regroup_goal", "regroup_end", "regroup_wished_accuracy"
BLOB, SHOWN = "regroup_allow_blob", "regroup_outcome_shown"
ENDS = {"groups": "Number of groups", "accuracy": "Wished accuracy"}
MAX_ROWS, TABLE_HEIGHT = 6, 260  # rows shown without scrolling; pixels of a table with more
SEARCH = "from core.regrouping.suggesting.search import search"
COVERAGE = "measured on validation, which also chose the groups; test stays covered until you save"


def suggestion_panel(run: Run, draft: Draft) -> None:
    """Draw the search on the left, its outcome on the right."""
    search, outcome = st.columns(2, gap="large")
    with search:
        settings = _search_fields(draft)
        wishes_part(draft)
    with outcome:
        _outcome(run, draft, settings)


def _search_fields(draft: Draft) -> SearchSettings:
    method: Method = st.selectbox(
        "Method",
        list(METHODS),
        format_func=METHODS.__getitem__,
        help="\n".join(f"- **{METHODS[name]}**: {text}" for name, text in METHOD_HELP.items()),
        **state.bind(METHOD),
    )
    goal: Goal = "summed"
    if method == "greedy":
        goal = st.selectbox(
            "What each merge shall keep high",
            list(GOALS),
            format_func=GOALS.__getitem__,
            help="\n".join(f"- **{GOALS[name]}**: {text}" for name, text in GOAL_HELP.items()),
            **state.bind(GOAL),
        )
    num_groups, accuracy = _end_fields(draft)
    allow_blob = st.checkbox(
        "A group may hold more than a third of the classes",
        help="Off: no suggested group swallows more than a third of all classes; with two or three groups, "
        "not more than its even part.",
        **state.bind(BLOB),
    )
    return SearchSettings(
        method=method,
        goal=goal,
        num_groups=num_groups,
        accuracy=accuracy,
        wishes=draft.wishes,
        locked=locked_groups(draft.grouping),
        allow_blob=allow_blob,
    )


def _end_fields(draft: Draft) -> tuple[int | None, float | None]:
    """How many groups, or which accuracy they shall reach."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    end = row.segmented_control(
        "Search for",
        list(ENDS),
        format_func=ENDS.__getitem__,
        default="groups",
        required=True,
        help="A number of groups; or the largest number of groups whose accuracy by merged labels reaches "
        "what you wish for on validation.",
        **state.bind(END),
    )
    if end == "accuracy":
        wished = row.number_input(
            ENDS["accuracy"],
            min_value=0.01,
            max_value=1.0,
            value=0.9,
            step=0.01,
            width=170,
            **state.bind(ACCURACY),
        )
        return None, float(wished)
    wanted = row.number_input(
        ENDS["groups"],
        min_value=2,
        max_value=max(2, len(draft.class_names)),
        value=max(2, round(len(draft.class_names) / 2)),
        key=f"regroup_wanted_{draft.run_id}",
        persist_state="session",
        width=170,
        help="How many classes shall be left.",
    )
    return int(wanted), None


def _outcome(run: Run, draft: Draft, settings: SearchSettings) -> None:
    """What the search would give, with the buttons that take it."""
    text = settings.model_dump_json()
    is_shown = len(draft.class_names) <= INSTANT_CLASSES or st.session_state.get(SHOWN) == (run.id, text)
    grouping = _found(run, settings) if is_shown else None
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.button(
        "Apply",
        icon=":material/check:",
        key="regroup_suggest",
        on_click=_suggest,
        args=(draft, settings),
        help="Replaces the groups by these, locked ones besides; can be undone.",
    )
    if not is_shown:
        row.button(
            "What would it give?",
            icon=":material/visibility:",
            key="regroup_preview",
            on_click=lambda: st.session_state.update({SHOWN: (run.id, text)}),
            help="Searches now and shows the groups here; nothing is changed.",
        )
    with row, shown_as_text():
        _command(run, draft, settings)
    if grouping is not None:
        _table(run, draft, settings, grouping)
    stability_part(run, settings, grouping)


def _found(run: Run, settings: SearchSettings) -> Grouping | None:
    """The groups, or why there are none."""
    try:
        return suggestion(run.id, settings).grouping
    except GroupingError as error:
        st.warning(plain(str(error)), icon=":material/block:")
        return None


def _table(run: Run, draft: Draft, settings: SearchSettings, grouping: Grouping) -> None:
    """What the found groups give, and which they are."""
    found, now = (suggested_accuracies(run.id, each) for each in (grouping, draft.grouping))
    largest = max(len(members) for members in grouping.members.values())
    st.markdown(
        f"It would give **{counted(grouping.num_groups, 'group')}**, the largest of "
        f"{largest} class{'es' if largest > 1 else ''}: accuracy by merged labels "
        f"**{found.merged:.3f}** (now {now.merged:.3f}), by summed probabilities **{found.summed:.3f}** "
        f"(now {now.summed:.3f})."
    )
    num_images = cache.scorer(run.id, "val").predictions.num_samples
    st.caption(f"Validation, {num_images:,} images; {COVERAGE}.")
    shares = shares_of_groups(run, settings, grouping)
    rows = [
        {
            "Classes": len(members),
            "Group": ", ".join(members),
            "Together": None if shares is None else shares[k],
        }
        for k, members in enumerate(grouping.members.values())
        if len(members) > 1
    ]
    table = pd.DataFrame(rows, columns=["Classes", "Group", "Together"]).sort_values(
        "Classes", ascending=False
    )
    together = st.column_config.NumberColumn(
        format="percent",
        help=f"Stability: in how many draws the group's least frequent pair came together; from "
        f"{STABLE_SHARE:.0%} on a group is stable.",
    )
    shown = table if shares is not None else table.drop(columns="Together")
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= MAX_ROWS else TABLE_HEIGHT,
        column_config={"Classes": st.column_config.NumberColumn(width="small"), "Together": together},
    )


def _suggest(draft: Draft, settings: SearchSettings) -> None:
    """Take the groups as one step; a search that was not made yet is made now."""
    with kept_for_later():
        grouping = suggestion(draft.run_id, settings).grouping
        draft.take(
            lambda before: regroup_like(before, grouping.group_of_class),
            f"Suggested {counted(grouping.num_groups, 'group')}",
            origin=settings.for_number(grouping.num_groups).model_dump(mode="json"),
        )


def _command(run: Run, draft: Draft, settings: SearchSettings) -> None:
    """Show the command line and the Python lines that find the same groups."""
    file = hierarchy_file(draft)
    imports, made = python_settings(settings, file)
    end = (
        ["--accuracy", str(settings.accuracy)]
        if settings.num_groups is None
        else ["--groups", str(settings.num_groups)]
    )
    command_popover(
        ["suggest", run.id, *end, *search_arguments(settings, file)],
        "\n".join([*imports[:-1], SEARCH, imports[-1], "", f"search(predictions, {made}).grouping"]),
        label="Command: find groups",
    )

"""Labels that a trained run finds unlikely: pictures with given and suggested label, to accept or leave."""

import numpy as np
import streamlit as st

from app import cache, state
from app.components.datasets.edit_bar import edit_bar, keep_edit
from app.components.datasets.trouble_cards import card_head
from app.components.plain_text import plain
from app.components.thumbnail_grid import thumbnail_grid
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import relabel
from core.evaluation.label_issues import LOOKED_AT, LabelIssues
from core.words import SPLIT_NAMES

ISSUES_A_PAGE = 12
ISSUES_A_ROW = 6
PICTURE_SIZE = 128  # CSS pixels
TEXT = (
    "A trained network is asked about images that it was not trained on. Where it is sure of another class, "
    "either it errs or the label is wrong: look and decide."
)
RUN_HELP = (
    "A finished run that tells all classes of this dataset apart. The better the run, the fewer right labels "
    "it suspects."
)
SCORE_HELP = "The share of certainty that the run gives to the label which the image has now."


def label_issues_card(dataset: Dataset) -> None:
    """Draw the card; the search begins when it is opened."""
    with st.container(border=True, key="finding_labels"):
        title = ":blue[:material/sell:] **Labels that may be wrong**"
        if not card_head(title, TEXT, key=f"{dataset.name}_labels"):
            return
        with shown_as_text():
            run = _choose_run(dataset)
            if run is not None:
                issues = cache.label_issues(dataset.name, run)
                for note in issues.notes:
                    st.caption(f":material/info: {plain(note)}")
                _show(dataset, issues)


def _choose_run(dataset: Dataset) -> str | None:
    """Let one of the runs that can judge the labels be chosen; say what to do when there is none."""
    runs = [run for run, name in cache.run_datasets().items() if name == dataset.name and _can_judge(run)]
    if not runs:
        st.info("No finished run on all classes of this dataset yet. Train one, then come back.")
        if st.button("Train on this dataset", icon=":material/model_training:", key="labels_train"):
            go_to(Page.TRAIN)
        return None
    current = state.current_run()
    key = f"labels_run_{dataset.name}"
    if st.session_state.get(key) not in runs:
        st.session_state[key] = current if current in runs else runs[0]
    chosen: str | None = st.selectbox("Run", runs, help=RUN_HELP, **state.bind(key))
    return chosen


def _can_judge(run_id: str) -> bool:
    run = cache.run(run_id)
    return run.config.groups is None and all(run.predictions_path(split).exists() for split in LOOKED_AT)


def _show(dataset: Dataset, issues: LabelIssues) -> None:
    if not issues.num_issues:
        st.success(f"No suspicious label among {issues.num_images:,} images.", icon=":material/check_circle:")
        return
    num_pages = -(-issues.num_issues // ISSUES_A_PAGE)
    key = f"labels_page_{dataset.name}"
    page = min(int(st.session_state.get(key) or 1), num_pages)
    if num_pages > 1:
        st.session_state[key] = page
        page = int(st.pagination(num_pages, **state.bind(key)))
    shown = range((page - 1) * ISSUES_A_PAGE, min(page * ISSUES_A_PAGE, issues.num_issues))
    st.markdown(
        f"**{issues.num_issues:,} of {issues.num_images:,} labels** look suspicious; "
        f"{shown.start + 1:,} to {shown.stop:,}, the most suspicious first."
    )
    chosen = _issues(dataset, issues, shown)
    suggested = {int(issues.sample_ids[k]): dataset.class_names[issues.suggested[k]] for k in chosen}
    if st.button(
        f"Accept the chosen suggestions ({len(chosen)})",
        type="primary",
        disabled=not chosen,
        key="labels_accept",
    ):
        keep_edit(dataset, lambda: relabel(dataset, suggested))
    edit_bar(dataset, issues.sample_ids[np.array(chosen, int)], key="edit_labels")


def _issues(dataset: Dataset, issues: LabelIssues, shown: range) -> list[int]:
    """Draw the pictures with their buttons; return which of the issues are chosen."""
    everything = st.checkbox("Choose all on this page", key=f"labels_all_{shown.start}_{dataset.version}")
    chosen = []
    for first in range(shown.start, shown.stop, ISSUES_A_ROW):
        places = st.columns(ISSUES_A_ROW)
        for place, number in zip(places, range(first, min(first + ISSUES_A_ROW, shown.stop)), strict=False):
            with place, st.container(border=True):
                if _issue(dataset, issues, number) or everything:
                    chosen.append(number)
    return chosen


def _issue(dataset: Dataset, issues: LabelIssues, number: int) -> bool:
    """Draw one picture, given and suggested label; return whether it is chosen."""
    sample = int(issues.sample_ids[number])
    given, suggested = (
        plain(dataset.class_names[label]) for label in (issues.given[number], issues.suggested[number])
    )
    split = SPLIT_NAMES[str(dataset.table["split"].iat[sample])]
    thumbnail_grid(dataset, [sample], size=PICTURE_SIZE, key=f"issue_{sample}")
    st.markdown(f"given **{given}**  \nsuggested **{suggested}**")
    st.caption(f"{split}, {issues.scores[number]:.1%} sure of {given}", help=SCORE_HELP)
    if st.button(f"It is {suggested}", help="Relabels it.", key=f"accept_{sample}"):
        name = dataset.class_names[issues.suggested[number]]
        keep_edit(dataset, lambda: relabel(dataset, {sample: name}))
    return st.checkbox("Choose", key=f"choose_{sample}")

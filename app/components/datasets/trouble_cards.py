"""One kind of trouble as a card: what it is, why it matters, its pictures and its cure."""

from collections.abc import Callable

import streamlit as st

from app.components.datasets.edit_bar import keep_edit
from app.components.datasets.trouble_pictures import pairs_of, singles_of, unusable_of
from app.components.plain_text import plain
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import exclude
from core.datasets.trouble.cures import Cure, Way, cure_copies, cure_leaks
from core.datasets.trouble.findings import LEAKS, Finding, Kind, Severity
from core.errors import DatasetError

ICONS = {
    Severity.HIGH: ":red[:material/error:]",
    Severity.MEDIUM: ":orange[:material/warning:]",
    Severity.LOW: ":gray[:material/info:]",
}
WAYS = {
    Way.MOVE: "Move the smaller part",
    Way.EXCLUDE: "Exclude the earlier copies",
    Way.DIVIDE: "Divide anew",
}
WAY_HELP = (
    "Move: each set goes to the split where most of it is. Exclude: training copies of validation and test "
    "images are left out, the test stays as it is. Divide anew: all images are dealt out again in the same "
    "proportions, sets whole; best when many sets are torn."
)


def finding_card(dataset: Dataset, finding: Finding) -> None:
    """Draw the card; its pictures and cures when it is open."""
    with st.container(border=True, key=f"finding_{finding.kind}"):
        is_open = card_head(
            f"{ICONS[finding.severity]} **{finding.title}**: {finding.count}",
            f"{finding.what} {finding.remedy}",
            key=f"{dataset.name}_{finding.kind}",
        )
        if finding.groups_by is not None:
            st.caption(f"What belongs together was told by: {plain(finding.groups_by)}")
        if not is_open:
            return
        _cures(dataset, finding)
        if finding.kind is Kind.UNREADABLE:
            unusable_of(dataset, finding)
        elif finding.pairs is not None:
            pairs_of(dataset, finding)
        else:
            singles_of(dataset, finding)


def card_head(title: str, text: str, *, key: str) -> bool:
    """Draw title, text and the button that opens and closes a card; return whether it is open.

    Args:
        title: Markdown.
        text: Markdown.
        key: Unique on the page.
    """
    left, right = st.columns([6, 1], vertical_alignment="center")
    left.markdown(title)
    left.caption(text)
    opened = f"trouble_open_{key}"
    is_open = bool(st.session_state.get(opened))

    def turn() -> None:
        st.session_state[opened] = not is_open

    icon = ":material/expand_less:" if is_open else ":material/expand_more:"
    name = "Close" if is_open else "Look"
    right.button(name, icon=icon, on_click=turn, key=f"{opened}_button", width="stretch")
    return is_open


def _cures(dataset: Dataset, finding: Finding) -> None:
    if finding.kind in LEAKS:
        ways = [way for way in Way if way is not Way.EXCLUDE or finding.kind is not Kind.LEAK_GROUP]
        way = st.segmented_control(
            "Cure all of them",
            ways,
            format_func=WAYS.__getitem__,
            help=WAY_HELP,
            key=f"cure_way_{finding.kind}",
        )
        if way is not None:
            _cure_button(dataset, finding, way, lambda: cure_leaks(dataset, [finding], way))
    elif finding.kind in {Kind.DUPLICATES, Kind.NEAR_DUPLICATES}:
        _cure_button(dataset, finding, "copies", lambda: cure_copies(dataset, finding))
    elif finding.pairs is None and finding.kind is not Kind.UNREADABLE:
        _cure_button(dataset, finding, "all", lambda: _exclude_all(dataset, finding))


def _cure_button(dataset: Dataset, finding: Finding, way: str, make: Callable[[], Cure]) -> None:
    """Draw what a cure will do, and the button that does it; or why there is none."""
    key = f"cure_{finding.kind}"
    held = st.session_state.get(f"planned_{key}")  # a plan for 200,000 images takes seconds
    try:
        cure = held[2] if held is not None and held[0] is finding and held[1] == way else make()
    except DatasetError as error:
        st.caption(f":material/info: {plain(str(error))}")
        return
    st.session_state[f"planned_{key}"] = (finding, way, cure)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(cure.title, icon=":material/healing:", key=key):
            keep_edit(dataset, lambda: cure.step)
        st.caption(cure.preview)


def _exclude_all(dataset: Dataset, finding: Finding) -> Cure:
    step = exclude(dataset, finding.sample_ids, reason=f"{finding.title}.")
    return Cure(
        f"Exclude all {finding.num_images:,}",
        "Leaves every one of them out. Better: look at them first and choose.",
        step,
    )

"""Part "Find trouble": what is wrong with the images, as pictures, and how to mend it."""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.datasets.edit_history import edit_history_popover
from app.components.datasets.label_issues import label_issues_card
from app.components.datasets.scanning import scan_of
from app.components.datasets.trouble_cards import finding_card
from app.components.plain_text import plain
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.datasets.trouble.findings import MAX_NEAR_DISTANCE, NEAR_DISTANCE, TITLES, Kind, looked_for
from core.words import counted

NEAR_HELP = (
    "Each image has a fingerprint of 64 bits that says where it is light and where dark. Copies that were "
    "resized or recompressed differ in 0 to 4 of them; with more allowed, images that are merely alike are "
    "found too. Unlike images differ in about 32."
)
GROUP_HELP = (
    "What several images share, such as the patient, the lesion or the photo they were cut from. They "
    "resemble each other, so a test is fair only when they are in one split. Choose a column of the source, "
    "or write where the group stands in the file names, such as {group+}_{rest}."
)
OWN_GROUPS = "As the dataset was added"


@st.fragment
def trouble_part(dataset: Dataset) -> None:
    """Draw the settings, one card for each kind of trouble, and what was looked for and not found."""
    with shown_as_text():
        head = st.container(horizontal=True, vertical_alignment="center")
        with head:
            st.markdown(
                "Look at what was found, then mend it: leave images out, give them another class, or move "
                "them to another split. Your files stay as they are, and every edit can be undone."
            )
            edit_history_popover(dataset, key="trouble_history")
        scan = scan_of(dataset)
        near, group_by = _settings(dataset, has_scan=scan is not None)
        group_option = ["--group-by", group_by] if group_by else []
        with head:
            command_popover(["datasets", "check", dataset.name, "--near", str(near), *group_option])
        found = cache.trouble(dataset.name, near_distance=near, group_by=group_by)
        for finding in found:
            finding_card(dataset, finding)
        label_issues_card(dataset)
        if not found:
            _nothing_found(dataset, is_whole=scan is not None and not scan.attrs.get("notes"))
        kinds = {finding.kind for finding in found}
        _not_found(dataset, kinds, has_scan=scan is not None, has_groups=_has_groups(dataset, group_by))


def _settings(dataset: Dataset, *, has_scan: bool) -> tuple[int, str | None]:
    """Draw what can be adjusted; return the near distance and what to group by."""
    left, right = st.columns(2)
    near: int = NEAR_DISTANCE
    if has_scan:
        near = left.slider(
            "Near duplicates differ in at most so many bits",
            0,
            MAX_NEAR_DISTANCE,
            NEAR_DISTANCE,
            help=NEAR_HELP,
            **state.bind(f"trouble_near_{dataset.name}"),
        )
    guess, columns = cache.grouping_choices(dataset.name)
    default = OWN_GROUPS if guess is None else f"As file names seem to tell: {guess}"
    choices = [default, *columns]
    group_by = right.selectbox(
        "What belongs together",
        choices,
        help=GROUP_HELP,
        accept_new_options=True,
        **state.bind(f"trouble_group_{dataset.name}"),
    )
    return near, None if group_by in {None, default} else str(group_by).strip()


def _has_groups(dataset: Dataset, group_by: str | None) -> bool:
    has_own = bool(dataset.table["group"].notna().any())
    return group_by is not None or has_own or cache.grouping_choices(dataset.name)[0] is not None


def _nothing_found(dataset: Dataset, *, is_whole: bool) -> None:
    """Praise a dataset whose pixels were all looked at; else say that nothing was found so far."""
    where = f"in {counted(dataset.num_images)} of {plain(dataset.name)}"
    if is_whole:
        st.success(f"No trouble was found {where}.", icon=":material/check_circle:")
    else:
        st.info(f"No trouble was found so far {where}.", icon=":material/hourglass:")


def _not_found(dataset: Dataset, found: set[Kind], *, has_scan: bool, has_groups: bool) -> None:
    """Say what was looked for without finding any, and what could not be looked for."""
    kinds = looked_for(dataset, has_scan=has_scan, has_groups=has_groups)
    clean = [TITLES[kind].lower() for kind in kinds if kind not in found]
    if clean:
        st.markdown(f":material/check: Looked for and not found: {', '.join(clean)}.")
    if not has_scan:
        unknown = set(looked_for(dataset, has_scan=True, has_groups=has_groups)) - set(kinds)
        names = [TITLES[kind].lower() for kind in Kind if kind in unknown]
        st.markdown(f":material/hourglass: Known after the pixels were looked at: {', '.join(names)}.")
    if not has_groups:
        st.markdown(
            ":material/help: Not known: whether one patient, object or photo stands in two splits. The "
            "dataset was added without groups; choose above what belongs together."
        )

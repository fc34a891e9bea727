"""The evidence under the matrix: what speaks for merging the chosen classes, and what could be mended."""

from collections.abc import Sequence
from itertools import combinations

import streamlit as st

from app import cache
from app.components.command import command_lines
from app.components.no_pictures import tell_no_pictures
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, name_some
from app.components.regroup.evidence_cams import can_look, show_cams, toggle_cams
from app.components.regroup.evidence_pictures import block_pictures, pair_pictures
from app.components.regroup.evidence_words import pair_table, reasons_of, remedies, verdict_badge
from app.failures import shown_as_text
from core.evaluation.mistakes import check_images
from core.regrouping.evidence.verdict import COUNTED_ONCE, PairEvidence
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.wishes import Wishes
from core.runs.run import Run
from core.words import counted

MAX_NAMED = 12  # classes of a block that a command line names
MAX_LETTERS = 40  # of a class name on a button
MAX_APART = 20  # classes of a block that are kept apart pair by pair: 190 pairs
FROM_VALIDATION = "What the numbers say, from validation images only."
ONLY_NUMBERS = "The numbers above are all there is to see."


def evidence_panel(run: Run, draft: Draft) -> None:
    """Draw the evidence on the classes that are chosen on the matrix; what to do while there are none."""
    chosen = draft.chosen
    if len(chosen) < 2:
        _offer_worst_pair(run, draft)
    elif len(chosen) == 2:
        _pair(run, draft, (chosen[0], chosen[1]))
    else:
        _block(run, draft, chosen)


def _pair(run: Run, draft: Draft, pair: tuple[str, str]) -> None:
    evidence = cache.evidence_of_pair(run, *pair)
    facts = evidence.facts
    first, second = map(plain, pair)
    st.markdown(
        f"**{first}** taken for **{second}**: {facts.mistaken[0]:,} of {facts.support[0]:,} "
        f"({facts.shares[0]:.0%}); **{second}** taken for **{first}**: {facts.mistaken[1]:,} of "
        f"{facts.support[1]:,} ({facts.shares[1]:.0%}) "
        f"(validation) {verdict_badge(evidence.verdict)}\n{reasons_of(evidence)}",
        help=f"{FROM_VALIDATION} Rules of thumb: the pictures decide.",
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _merge_button(draft, pair)
        if can_look(run, evidence):
            toggle_cams(run, pair)
        remedies(run, evidence)
        _more(run, draft, pair)
        _next_pair(run, draft, pair)
    _pictures(run, evidence)


def _pictures(run: Run, evidence: PairEvidence) -> None:
    """Pictures of a pair; a dataset that has none, or has changed, does not hide the numbers."""
    with shown_as_text():
        dataset = cache.dataset(run.config.dataset)
        if tell_no_pictures(dataset, otherwise=ONLY_NUMBERS):
            return
        predictions = cache.predictions(run.id, "val")
        check_images(predictions, dataset)
        pair_pictures(run, predictions, evidence.facts.indices)
        show_cams(run, predictions, evidence.facts)


def _block(run: Run, draft: Draft, classes: tuple[str, ...]) -> None:
    evidence = cache.evidence_of_block(run, classes)
    st.markdown(
        f"**{name_some([plain(name) for name in classes])}**: {evidence.num_mistakes:,} images taken for one "
        f"another, of {counted(evidence.num_wrong, 'mistake')} on {counted(evidence.num_images)} of these "
        f"classes (validation)",
        help=FROM_VALIDATION,
    )
    with st.container(horizontal=True, gap="small"):
        _merge_button(draft, classes)
        _more(run, draft, classes)
        _next_pair(run, draft, classes)
    if evidence.pairs:
        words, table = st.columns([3, 2], gap="medium")
        with table:
            pair_table(evidence)
        with words:
            for judged in evidence.judged:
                first, second = map(plain, judged.facts.names)
                heading = f"**{first}** and **{second}** {verdict_badge(judged.verdict)}"
                st.markdown(f"{heading}\n{reasons_of(judged, brief=True)}")
            if evidence.by_group:
                st.caption(COUNTED_ONCE)
    with shown_as_text():
        dataset = cache.dataset(run.config.dataset)
        if not tell_no_pictures(dataset, otherwise=ONLY_NUMBERS):
            predictions = cache.predictions(run.id, "val")
            check_images(predictions, dataset)
            block_pictures(run, predictions, evidence)


def _more(run: Run, draft: Draft, classes: tuple[str, ...]) -> None:
    popover = st.popover("More", icon=":material/more_horiz:", key="regroup_more", on_change="rerun")
    if popover.open:
        with popover:
            _never_button(draft, classes)
            st.button("Clear the choice", on_click=draft.choose, args=((),), key="regroup_clear")
            if len(classes) <= MAX_NAMED:
                command_lines(["evidence", run.id, *classes])


def _merge_button(draft: Draft, classes: tuple[str, ...]) -> None:
    """Draw the button, which stays in place when it is pressed: the browser need not make another."""
    is_merged = _are_merged(draft.grouping, classes)
    label = "Merge" if len(classes) == 2 else f"Merge these {len(classes)} classes"
    st.button(
        "Merged" if is_merged else label,
        type="primary",
        icon=":material/join:",
        disabled=is_merged,
        key="regroup_merge",
        on_click=draft.merge,
        args=(classes,),
    )


def _next_pair(run: Run, draft: Draft, classes: tuple[str, ...]) -> None:
    """Offer the way to the next pair once these are merged; the last in its row, so that nothing moves."""
    if _are_merged(draft.grouping, classes):
        worst = cache.worst_pair(run.id, draft.grouping)
        if worst is not None:
            _worst_button(draft, worst, "Next most confused:")


def _are_merged(grouping: Grouping, classes: tuple[str, ...]) -> bool:
    place = {name: index for index, name in enumerate(grouping.class_names)}
    return len({grouping.assignment[place[name]] for name in classes}) < 2


def _never_button(draft: Draft, classes: tuple[str, ...]) -> None:
    """Draw the button that keeps each two of these classes apart, or allows it again."""
    if len(classes) > MAX_APART:
        st.button(
            "Never merge",
            icon=":material/link_off:",
            key="regroup_never",
            disabled=True,
            help=f"Keeps each two of up to {MAX_APART} classes apart. For more, bring a hierarchy (Find "
            "groups, Demands).",
        )
        return
    kept = {frozenset(pair) for pair in draft.wishes.never_link}
    is_kept_apart = all(frozenset(pair) in kept for pair in combinations(classes, 2))
    these = "these two" if len(classes) == 2 else f"any two of these {len(classes)}"
    st.button(
        "Allow merging" if is_kept_apart else "Never merge",
        icon=":material/link:" if is_kept_apart else ":material/link_off:",
        key="regroup_never",
        on_click=_keep_apart,
        args=(draft, classes, not is_kept_apart),
        help=f"Suggestions may put {these} together again."
        if is_kept_apart
        else f"No suggestion will put {these} together. You still can; it is undone here.",
    )


def _keep_apart(draft: Draft, classes: Sequence[str], apart: bool) -> None:
    """Add all pairs to those that no suggestion merges, or take them away; demands to link them go."""
    wishes, pairs = draft.wishes, tuple(combinations(classes, 2))
    meant = {frozenset(pair) for pair in pairs}
    never = tuple(kept for kept in wishes.never_link if frozenset(kept) not in meant)
    must = tuple(kept for kept in wishes.must_link if frozenset(kept) not in meant or not apart)
    changed = {"never_link": (*never, *pairs) if apart else never, "must_link": must}
    draft.set_wishes(Wishes(**{**dict(wishes), **changed}))


def _offer_worst_pair(run: Run, draft: Draft) -> None:
    """Offer the two classes of different groups that are confused most."""
    grouping = draft.grouping
    worst = cache.worst_pair(run.id, grouping)
    if worst is None:
        left = " of different groups" if grouping.num_groups < grouping.num_classes else ""
        st.markdown(f"No two classes{left} were confused on these images.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(
            "Click a cell of the matrix to see what speaks for merging its two classes.", width="content"
        )
        _worst_button(draft, worst, "Most confused:")


def _short(name: str) -> str:
    return name if len(name) <= MAX_LETTERS else f"{name[: MAX_LETTERS - 1]}…"


def _worst_button(draft: Draft, worst: tuple[str, str], words: str) -> None:
    st.button(
        f"{words} {plain(_short(worst[0]))} and {plain(_short(worst[1]))}",
        icon=":material/search:",
        key="regroup_worst",
        on_click=draft.choose,
        args=(worst,),
    )

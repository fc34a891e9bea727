"""The evidence under the matrix: what speaks for merging the chosen classes, and what could be mended."""

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
from core.regrouping.evidence.verdict import PairEvidence
from core.regrouping.suggesting.wishes import Wishes
from core.runs.run import Run
from core.words import counted

MAX_NAMED = 12  # classes of a block that a command line names
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
        help="What the numbers say, from validation images only. Rules of thumb: the pictures decide.",
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _merge_button(run, draft, pair)
        _never_button(draft, pair)
        if can_look(run, evidence):
            toggle_cams(run, pair)
        remedies(run, evidence)
        _more(run, draft, pair)
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
        f"**{plain(name_some(classes))}**: {evidence.num_mistakes:,} images taken for one another, of "
        f"{counted(evidence.num_wrong, 'mistake')} on {counted(evidence.num_images)} of these classes "
        f"(validation)"
    )
    with st.container(horizontal=True, gap="small"):
        _merge_button(run, draft, classes)
        _more(run, draft, classes)
    if evidence.pairs:
        words, table = st.columns([3, 2], gap="medium")
        with table:
            pair_table(evidence)
        with words:
            for judged in evidence.judged:
                first, second = map(plain, judged.facts.names)
                heading = f"**{first}** and **{second}** {verdict_badge(judged.verdict)}"
                st.markdown(f"{heading}\n{reasons_of(judged, brief=True)}")
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
            st.button("Clear the choice", on_click=draft.choose, args=((),), key="regroup_clear")
            if len(classes) <= MAX_NAMED:
                command_lines(["evidence", run.id, *classes])


def _merge_button(run: Run, draft: Draft, classes: tuple[str, ...]) -> None:
    """Draw the button; once they are merged also the way to the next pair."""
    grouping = draft.grouping
    place = {name: index for index, name in enumerate(grouping.class_names)}
    groups = {grouping.assignment[place[name]] for name in classes}
    is_merged = len(groups) < 2
    st.button(
        "Merge" if len(classes) == 2 else f"Merge these {len(classes)} classes",
        type="primary",
        icon=":material/join:",
        disabled=is_merged,
        key="regroup_merge",
        on_click=draft.merge,
        args=(classes,),
        help=f"They are in one group already: {plain(grouping.group_names[groups.pop()])}."
        if is_merged
        else "They count as one from now on; can be undone.",
    )
    worst = cache.worst_pair(run.id, grouping) if is_merged else None
    if worst is not None:
        _worst_button(draft, worst, "Next:")


def _never_button(draft: Draft, pair: tuple[str, str]) -> None:
    is_kept_apart = any(set(kept) == set(pair) for kept in draft.wishes.never_link)
    st.button(
        "Allow merging" if is_kept_apart else "Never merge",
        icon=":material/link:" if is_kept_apart else ":material/link_off:",
        key="regroup_never",
        on_click=_keep_apart,
        args=(draft, pair, not is_kept_apart),
        help="Suggestions may put them together again."
        if is_kept_apart
        else "No suggestion will put these two together.",
    )


def _keep_apart(draft: Draft, pair: tuple[str, str], apart: bool) -> None:
    """Add a pair to those that no suggestion merges, or take it away; a demand to link them is given up."""
    wishes = draft.wishes
    never = tuple(kept for kept in wishes.never_link if set(kept) != set(pair))
    must = tuple(kept for kept in wishes.must_link if set(kept) != set(pair) or not apart)
    changed = {"never_link": (*never, pair) if apart else never, "must_link": must}
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
        _worst_button(draft, worst, "Look at")


def _worst_button(draft: Draft, worst: tuple[str, str], words: str) -> None:
    st.button(
        f"{words} {plain(worst[0])} and {plain(worst[1])}",
        icon=":material/search:",
        key="regroup_worst",
        on_click=draft.choose,
        args=(worst,),
        help="Of the classes that are not in one group yet, these two are confused most.",
    )

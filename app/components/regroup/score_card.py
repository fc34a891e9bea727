"""The card "This grouping": what it buys on validation, beside what any grouping of its sizes would."""

from html import escape

import streamlit as st

from app.components.regroup.draft import Draft
from core.regrouping.history import GroupingHistory
from core.regrouping.scoring.score import GroupingScore

COVERED = "covered"
STYLE = """
<style>
.regroup-scores { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
.regroup-scores { font-variant-numeric: tabular-nums; }
.regroup-scores th { font-weight: 400; opacity: 0.7; text-align: right; padding: 2px 0 4px 8px; }
.regroup-scores td { text-align: right; padding: 3px 0 3px 8px; white-space: nowrap; }
.regroup-scores td:first-child { text-align: left; padding-left: 0; white-space: normal; }
.regroup-scores tr.total td { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.regroup-scores tr.total td:nth-child(2) { font-weight: 600; }
.regroup-scores small { opacity: 0.7; }
.regroup-scores .why { border: 1px solid; border-radius: 50%; cursor: help; display: inline-block; }
.regroup-scores .why { font-size: 0.65rem; height: 0.9rem; line-height: 0.8rem; width: 0.9rem; }
.regroup-scores .why { opacity: 0.5; text-align: center; }
.regroup-scores .covered { opacity: 0.45; font-style: italic; }
</style>
"""
MEANINGS = {
    "before": "The share of images whose class was predicted, before any merging.",
    "merged labels": "Predict a class as before, then take its group: a mistake within a group no longer "
    "counts.",
    "summed probabilities": "Add the probabilities of a group's classes and take the group with the largest "
    "sum: can be better than merged labels, without any training.",
    "free": "How much merged labels gain on average when the classes are put together by chance, in groups "
    "of the same sizes: fewer classes are easier by themselves. In brackets the middle 95 % of 200 draws.",
    "real gain": "What these groups gain by merged labels beyond groups drawn by chance. p: the share of the "
    "groups drawn by chance that do as well.",
}


def score_card(
    draft: Draft, history: GroupingHistory, *, val: GroupingScore, test: GroupingScore | None
) -> None:
    """Draw the card.

    Args:
        draft: What undo and redo act on.
        history: Its steps.
        val: Scores on validation.
        test: Scores on test; None as long as the grouping is not saved.
    """
    st.markdown(f"**This grouping**\n#### {val.num_classes:,} classes → {val.num_groups:,} groups")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=draft.undo,
            disabled=not history.can_undo,
            help=history.undo_label or "Nothing to take back.",
            key="regroup_undo",
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            on_click=draft.redo,
            disabled=not history.can_redo,
            help=history.redo_label or "Nothing to take again.",
            key="regroup_redo",
        )
    st.html(_table(val, test))
    if test is None:
        st.caption(
            f"Accuracy on {val.num_samples:,} validation images. Test: covered until you save.",
            help="Groups are chosen on validation; who looks at test images while choosing fools himself.",
        )
    else:
        st.caption(f"Accuracy on {val.num_samples:,} validation and {test.num_samples:,} test images.")


def _table(val: GroupingScore, test: GroupingScore | None) -> str:
    rows = [
        _row("before", [_share(score, "accuracy_before") for score in (val, test)]),
        _row("merged labels", [_share(score, "accuracy_merged") for score in (val, test)]),
        _row("summed probabilities", [_share(score, "accuracy_summed") for score in (val, test)]),
        _row("free", [_free(score) for score in (val, test)], label="free (random groups)"),
        _row("real gain", [_gain(score) for score in (val, test)], kind="total"),
    ]
    return (
        f'{STYLE}<table class="regroup-scores"><tr><th></th><th>validation</th><th>test</th></tr>'
        f"{''.join(rows)}</table>"
    )


def _row(term: str, values: list[str], *, label: str = "", kind: str = "") -> str:
    cells = "".join(f"<td>{value}</td>" for value in values)
    name = f'<td title="{escape(MEANINGS[term])}">{escape(label or term)} <span class="why">?</span></td>'
    return f'<tr class="{kind}">{name}{cells}</tr>'


def _share(score: GroupingScore | None, field: str) -> str:
    return f"{getattr(score, field):.3f}" if score else f'<span class="covered">{COVERED}</span>'


def _free(score: GroupingScore | None) -> str:
    if score is None:
        return _share(None, "")
    mean, low, high = (
        value - score.accuracy_before for value in (score.random_mean, score.random_low, score.random_high)
    )
    return f"{_signed(mean)}<br><small>({_signed(low)} to {_signed(high)})</small>"


def _gain(score: GroupingScore | None) -> str:
    if score is None:
        return _share(None, "")
    gain = _signed(score.accuracy_merged - score.random_mean)
    return f"{gain}<br><small>(p {score.p_value:.3f})</small>"


def _signed(difference: float) -> str:
    return f"{round(difference, 3) + 0.0:+.3f}"  # adding 0.0 turns -0.0 into 0.0

"""The verdict on a pair in words, and its remedies one click away."""

from html import escape

import streamlit as st

from app import cache
from app.components.datasets.parts import Part, open_part
from app.components.plain_text import plain
from app.navigation import Page, go_to
from core.evaluation.label_issues import LOOKED_AT
from core.regrouping.evidence.causes import Look
from core.regrouping.evidence.training import is_balanced
from core.regrouping.evidence.verdict import BlockEvidence, PairEvidence, Verdict
from core.runs.imported import is_imported
from core.runs.run import Run

COLORS = {Verdict.MERGE: "green", Verdict.MEND: "orange", Verdict.APART: "gray", Verdict.UNCLEAR: "blue"}
LEFT_TO_RIGHT = "\u200e"  # is not seen
STYLE = """<style>
.pair-table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; width: 100%; }
.pair-table th { font-weight: 400; opacity: .7; text-align: right; padding: 2px 0 4px 12px; }
.pair-table td { text-align: right; padding: 3px 0 3px 12px; }
.pair-table td:first-child, .pair-table th:first-child { text-align: left; padding-left: 0; }
.pair-table td:first-child { overflow-wrap: anywhere; }
</style>"""


def verdict_badge(verdict: Verdict) -> str:
    """Return a verdict as a colored badge, Markdown."""
    return f":{COLORS[verdict]}-badge[{verdict}]"


def reasons_of(evidence: PairEvidence, *, brief: bool = False) -> str:
    """Return why, and what could be done, as a Markdown list; in brief without what merging would bring."""
    remedy = {cause.reason: cause.remedy for cause in evidence.causes}
    looks = {cause.reason: f"**{str(cause.look).capitalize()}**: " for cause in evidence.causes}
    lines = [
        f"- {looks.get(reason, '')}{_sentence(reason)} {_sentence(remedy.get(reason, ''))}"
        for reason in evidence.reasons[: 1 + len(evidence.causes) if brief else None]
    ]
    return "\n".join(lines)


def remedies(run: Run, evidence: PairEvidence) -> None:
    """Draw a button for each remedy that another page has; a click goes there."""
    looks = {cause.look for cause in evidence.causes}
    if Look.IMBALANCE in looks and not is_imported(run.config):
        _train_button(run)
    if Look.LABEL_NOISE in looks and _can_check_labels(run):
        _labels_button(run)
    if Look.FEW_IMAGES in looks and st.button(
        "See how many images there are", icon=":material/bar_chart:", key="regroup_few"
    ):
        open_part(Part.CLASSES)
        go_to(Page.DATASETS)


def pair_table(evidence: BlockEvidence) -> None:
    """Draw the mistakes inside a block by pair, the costliest first."""
    rows = "".join(
        f"<tr><td>{escape(first)} and {escape(second)}</td><td>{there:,}</td><td>{back:,}</td></tr>"
        for first, second, there, back in evidence.pairs
    )
    st.html(
        f'{STYLE}<table class="pair-table"><tr><th>images taken for the other</th>'
        f"<th>first for second</th><th>second for first</th></tr>{rows}</table>"
    )


def _sentence(text: str) -> str:
    """A sentence as Markdown; one that begins with a name in right-to-left script still runs to the right."""
    return plain(text if text.isascii() else f"{LEFT_TO_RIGHT}{text}")


def _train_button(run: Run) -> None:
    settings = run.config
    if is_balanced(settings):
        return
    if st.button(
        "Train with class weights",
        icon=":material/balance:",
        key="regroup_weights",
        help="Opens Train with this run's settings and class weights: images of small classes count more.",
    ):
        from app.components.train.starting_point import fill_form  # noqa: PLC0415 - the whole form

        fill_form(settings.model_copy(update={"class_weights": "balanced"}))
        go_to(Page.TRAIN)


def _labels_button(run: Run) -> None:
    if st.button(
        "Check the labels",
        icon=":material/sell:",
        key="regroup_labels",
        help="Opens the list of labels that this run finds unlikely, on Datasets.",
    ):
        name = run.config.dataset
        st.session_state[f"labels_run_{name}"] = run.id
        st.session_state[f"trouble_open_{name}_labels"] = True
        open_part(Part.TROUBLE)
        go_to(Page.DATASETS)


def _can_check_labels(run: Run) -> bool:
    has_predictions = all(run.predictions_path(split).exists() for split in LOOKED_AT)
    return has_predictions and cache.dataset(run.config.dataset).has_pictures

"""The panel "Back-off": answer the class when sure, else the group, else nothing."""

import numpy as np
import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.regroup.draft import Draft
from app.components.regroup.saving import saved_as
from core.evaluation.intervals import MEANING as INTERVAL
from core.plots.backoff import plot_risk_coverage
from core.regrouping.keeping.looks import LookNumber, record_look
from core.regrouping.truth.backoff import MEANINGS, Thresholds, Verdict, choose_thresholds, judge
from core.regrouping.truth.sureness import Answerable, backoff_curve, risk_coverage
from core.runs.run import Run
from core.words import PERCENT

SET_FOR = "regroup_backoff_set_for"  # of the thresholds: run, groups, wished risk or None when moved by hand
JUDGED = "regroup_backoff_judged"  # run, groups and thresholds that were judged on test last
FINE, GROUP, RISK = "regroup_backoff_fine", "regroup_backoff_group", "regroup_backoff_risk"
UNSAVED = "NAME"  # in the command, of groups that have none yet
DEFAULT_RISK = 5.0  # percent
NO_GROUPS = (
    "Every class stands alone: there is nothing to back off to yet, so it answers the class or nothing. "
    "Merge some classes to see what their groups add."
)
OTHER_GROUPS = (
    "These thresholds were set by hand for other groups. **Choose thresholds** sets them for the groups now."
)
THRESHOLD = (
    "The {what} is answered when its probability lies above this. 1 answers none, 0 all that are left."
)


def backoff_panel(run: Run, draft: Draft) -> None:
    """Draw thresholds, what they do in words, and risk against coverage."""
    history = draft.history
    found = cache.answerable(run.id, "val", history.current)
    if not found.tells_sureness:
        st.info("Every answer of this run has all the probability, so nothing tells when it is sure.")
        return
    has_groups = history.current.num_groups < history.current.num_classes
    _begin(draft, found)
    controls, plot = st.columns([2, 3], gap="large")
    with controls:
        st.markdown("Answer the class when sure of it, else its group when sure of that, else nothing.")
        if not has_groups:
            st.caption(NO_GROUPS)
        thresholds, risk = _controls(draft, found)
        verdict = judge(found, thresholds)
        st.markdown(f"**On validation** it {_words(verdict)}.", help=MEANINGS["risk"])
        _on_test(run, draft, thresholds)
    with plot:
        _plot(found, thresholds, verdict, risk, has_groups=has_groups)
    name = saved_as(run, history) or UNSAVED
    command_popover(
        ["backoff", run.id, "--grouping", name, *_rule(found, thresholds, risk / 100)],
        "from core.regrouping.truth.backoff import Thresholds, judge\n"
        "from core.regrouping.truth.sureness import answerable\n\n"
        f"judge(answerable(predictions, grouping), {thresholds}).in_words",
        label="Command: back-off",
    )


def _rule(found: Answerable, thresholds: Thresholds, risk: float) -> list[str]:
    """How the command line gives the thresholds: by the wished risk, unless they were moved."""
    if np.allclose(thresholds, choose_thresholds(found, risk).rounded_up(), atol=1e-9):
        return ["--risk", f"{risk:g}"]
    return ["--above", *(f"{each:g}" for each in thresholds)]


def _begin(draft: Draft, found: Answerable) -> None:
    """Choose thresholds for a run that is seen first, and anew for other groups unless they were moved."""
    run_id, partition, risk = st.session_state.get(SET_FOR, ("", b"", None))
    if run_id != draft.run_id:
        st.session_state[RISK] = DEFAULT_RISK
        _choose(draft, found, DEFAULT_RISK)
    elif partition != draft.grouping.partition and risk is not None:
        _choose(draft, found, risk)


def _controls(draft: Draft, found: Answerable) -> tuple[Thresholds, float]:
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    risk = row.number_input(
        "Wished risk (%)",
        min_value=0.0,
        max_value=100.0,
        step=0.5,
        key=RISK,
        persist_state="session",
        width=160,
        help=MEANINGS["wished_risk"],
    )
    row.button(
        "Choose thresholds",
        icon=":material/tune:",
        key="regroup_backoff_choose",
        on_click=_choose,
        args=(draft, found, risk),
        help="Sets both sliders on validation.",
    )
    values = [
        st.slider(
            f"Threshold for the {what}",
            0.0,
            1.0,
            step=0.0001,
            format="%.4f",
            key=key,
            persist_state="session",
            on_change=lambda: _note(draft, None),
            help=THRESHOLD.format(what=what),
        )
        for what, key in (("class", FINE), ("group", GROUP))
    ]
    if st.session_state[SET_FOR][1] != draft.grouping.partition:
        st.caption(OTHER_GROUPS)
    return Thresholds(*values), risk


def _choose(draft: Draft, found: Answerable, risk: float) -> None:
    """Choose on validation; the sliders' steps are rounded up, to the safe side."""
    chosen = choose_thresholds(found, risk / 100).rounded_up()
    st.session_state[FINE], st.session_state[GROUP] = chosen
    _note(draft, risk)


def _note(draft: Draft, risk: float | None) -> None:
    """Note for which groups the thresholds were set, and by which wished risk; None: by hand."""
    st.session_state[SET_FOR] = (draft.run_id, draft.grouping.partition, risk)


def _on_test(run: Run, draft: Draft, thresholds: Thresholds) -> None:
    """Judge on test once the groups are frozen, one pair of thresholds at a time: each is a look."""
    name = saved_as(run, draft.history)
    if not run.predictions_path("test").exists():
        st.caption("This run has no test predictions.")
    elif name is None:
        st.caption(
            "Test: covered until you save.", help="Thresholds are chosen on validation, judged on test."
        )
    elif st.session_state.get(JUDGED) != _what(run, draft, thresholds):
        st.button(
            "Judge on test",
            icon=":material/visibility:",
            key="regroup_backoff_test",
            on_click=lambda: st.session_state.update({JUDGED: _what(run, draft, thresholds)}),
            help="Thresholds are chosen on validation. Each pair that is judged on test counts as a look: "
            "who tries many and keeps the best has chosen on test after all.",
        )
    else:
        grouping = draft.history.current
        look = record_look(
            cache.workspace(), run.config.dataset, run.id, grouping, name, rule=thresholds.in_words
        )
        verdict = judge(cache.answerable(run.id, "test", grouping), thresholds)
        st.markdown(f"**On test** it {_words(verdict)}. {look.in_words.capitalize()}.", help=_why(look))


def _why(look: LookNumber) -> str:
    return f"Each pair of thresholds is a look; {look.of_run_in_words}. {MEANINGS['risk']} {INTERVAL}"


def _what(run: Run, draft: Draft, thresholds: Thresholds) -> tuple[object, ...]:
    return run.id, draft.history.current.assignment, thresholds


def _words(verdict: Verdict) -> str:
    low, high = 100 * verdict.risk_low, 100 * verdict.risk_high
    interval = f" (95{PERCENT}: {low:.1f} to {high:.1f}{PERCENT})" if verdict.coverage else ""
    return f"{verdict.in_words}{interval}; {verdict.num_samples:,} images"


def _plot(
    found: Answerable, thresholds: Thresholds, verdict: Verdict, risk: float, *, has_groups: bool
) -> None:
    curves = {"class or nothing": risk_coverage(found.fine)}
    if has_groups:
        curves["class, else group"] = backoff_curve(found, thresholds.fine)
        curves["group or nothing"] = risk_coverage(found.group)
    figure = plot_risk_coverage(
        {name: (curve.coverage, curve.risk) for name, curve in curves.items()},
        at=(verdict.coverage, verdict.risk) if verdict.coverage else None,
        wished_risk=risk / 100,
    )
    st.plotly_chart(figure, key="regroup_backoff_chart", config={"displayModeBar": False})
    areas = ", ".join(f"{name} {100 * curve.area:.2f}{PERCENT}" for name, curve in curves.items())
    st.caption(f"Validation, {found.num_samples:,} images. Mean risk: {areas}.", help=MEANINGS["area"])

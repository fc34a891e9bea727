"""The panel "Back-off": answer the class when sure, else the group, else nothing."""

import numpy as np
import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.regroup.draft import Draft
from app.components.regroup.saving import saved_as
from core.plots.backoff import plot_risk_coverage
from core.regrouping.keeping.looks import record_look
from core.regrouping.truth.backoff import (
    MEANINGS,
    Answerable,
    Thresholds,
    Verdict,
    backoff_curve,
    choose_thresholds,
    judge,
    risk_coverage,
)
from core.runs.run import Run

JUDGED = "regroup_backoff_judged"  # run, groups and thresholds that were judged on test last
FINE, GROUP, RISK = "regroup_backoff_fine", "regroup_backoff_group", "regroup_backoff_risk"
UNSAVED = "NAME"  # in the command, of groups that have none yet
DEFAULT_RISK = 5.0  # percent
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
    _begin(run, found)
    controls, plot = st.columns([2, 3], gap="large")
    with controls:
        st.markdown("Answer the class when sure of it, else its group when sure of that, else nothing.")
        thresholds, risk = _controls(found)
        verdict = judge(found, thresholds)
        st.markdown(f"**On validation** it {_words(verdict)}.", help=MEANINGS["risk"])
        _on_test(run, draft, thresholds)
    with plot:
        _plot(found, thresholds, verdict, risk)
    name = saved_as(run, history) or UNSAVED
    command_popover(
        ["backoff", run.id, "--grouping", name, *_rule(found, thresholds, risk / 100)],
        "from core.regrouping.truth.backoff import Thresholds, answerable, judge\n\n"
        f"judge(answerable(predictions, grouping), {thresholds}).in_words",
    )


def _rule(found: Answerable, thresholds: Thresholds, risk: float) -> list[str]:
    """How the command line gives the thresholds: by the wished risk, unless they were moved."""
    if np.allclose(thresholds, choose_thresholds(found, risk).rounded_up(), atol=1e-9):
        return ["--risk", f"{risk:g}"]
    return ["--above", *(f"{each:g}" for each in thresholds)]


def _begin(run: Run, found: Answerable) -> None:
    """Set the sliders for the default risk when a run is seen first."""
    if st.session_state.get("regroup_backoff_run") != run.id:
        st.session_state["regroup_backoff_run"] = run.id
        st.session_state[RISK] = DEFAULT_RISK
        _set(found, DEFAULT_RISK)


def _controls(found: Answerable) -> tuple[Thresholds, float]:
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
        on_click=_set,
        args=(found, risk),
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
            help=THRESHOLD.format(what=what),
        )
        for what, key in (("class", FINE), ("group", GROUP))
    ]
    return Thresholds(*values), risk


def _set(found: Answerable, risk: float) -> None:
    """Choose on validation; the sliders' steps are rounded up, to the safe side."""
    chosen = choose_thresholds(found, risk / 100).rounded_up()
    st.session_state[FINE], st.session_state[GROUP] = chosen


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
        st.markdown(f"**On test** it {_words(verdict)}. Look {look:,} at the test images of this run.")


def _what(run: Run, draft: Draft, thresholds: Thresholds) -> tuple[object, ...]:
    return run.id, draft.history.current.assignment, thresholds


def _words(verdict: Verdict) -> str:
    low, high = 100 * verdict.risk_low, 100 * verdict.risk_high
    interval = f" (95 %: {low:.1f} to {high:.1f} %)" if verdict.coverage else ""
    return f"{verdict.in_words}{interval}; {verdict.num_samples:,} images"


def _plot(found: Answerable, thresholds: Thresholds, verdict: Verdict, risk: float) -> None:
    curves = {
        "class or nothing": risk_coverage(found.fine),
        "class, else group": backoff_curve(found, thresholds.fine),
        "group or nothing": risk_coverage(found.group),
    }
    figure = plot_risk_coverage(
        {name: (curve.coverage, curve.risk) for name, curve in curves.items()},
        at=(verdict.coverage, verdict.risk) if verdict.coverage else None,
        wished_risk=risk / 100,
    )
    st.plotly_chart(figure, key="regroup_backoff_chart", config={"displayModeBar": False})
    areas = ", ".join(f"{name} {100 * curve.area:.2f} %" for name, curve in curves.items())
    st.caption(f"Validation, {found.num_samples:,} images. Mean risk: {areas}.", help=MEANINGS["area"])

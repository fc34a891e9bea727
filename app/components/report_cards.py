"""How good a run is in three cards, and the word that test images were looked at."""

import streamlit as st

from core.evaluation.report import MEANINGS, Report
from core.regrouping.keeping.looks import LookNumber


def show_numbers(report: Report) -> None:
    """Draw three cards: accuracy with its interval, balanced accuracy, macro F1."""
    interval = f"95 %: {report.interval.low:.1%} to {report.interval.high:.1%}"
    helps = MEANINGS | {"accuracy": f"{MEANINGS['accuracy']} Here: {report.interval.in_words}."}
    cards = (
        ("accuracy", "Accuracy", f"{report.accuracy:.1%}", interval),
        (
            "balanced_accuracy",
            "Balanced accuracy",
            f"{report.balanced_accuracy:.1%}",
            f"mean of {report.num_measured} classes",
        ),
        ("macro_f1", "Macro F1", f"{report.macro_f1:.3f}", "every class counts the same"),
    )
    for column, (name, label, number, note) in zip(st.columns(3), cards, strict=True):
        column.metric(
            label, number, note, delta_color="off", delta_arrow="off", help=helps[name], border=True
        )


def tell_look(look: LookNumber) -> None:
    """Say that this is a look at test, and which."""
    st.caption(
        f"{look.in_words.capitalize()}. Look at test last: what is chosen by its numbers, or groups by these "
        f"confusions, cannot be judged by them any more.",
        help=f"Each run and each grouping that is judged on test is a look, {look.of_run_in_words}; the same "
        f"one counts once. The best of many looks is luck in part.",
    )

"""Figures of learning curves, drawn anew only when a history has changed."""

from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st

from app.cache.home import changed_at
from app.cache.runs import history, run
from core.plots.curves import Look, RunCurve, plot_curves, plot_run_curves

LEARNED = ("loss", "accuracy", "macro_f1", "learning_rate")


class ShownRun(NamedTuple):
    """One run on a plot.

    Attributes:
        id: Its id.
        name: For the legend.
        best_epoch: Epoch (from 1) to mark; 0 marks none.
    """

    id: str
    name: str
    best_epoch: int


def learning_curves(shown: tuple[ShownRun, ...], metric: str, look: Look) -> go.Figure:
    """Curves of one run on both splits, or of several runs; shared, not to be changed."""
    folders = [run(each.id).directory for each in shown]
    times = tuple(changed_at(folder / "history.csv") for folder in folders)
    return _learning_curves(tuple(map(str, folders)), times, shown, metric, look)


@st.cache_resource(max_entries=64, show_spinner=False)
def _learning_curves(
    folders: tuple[str, ...], times: tuple[int, ...], shown: tuple[ShownRun, ...], metric: str, look: Look
) -> go.Figure:
    curves = [RunCurve(each.name, history(run(each.id)), each.best_epoch) for each in shown]
    if len(curves) == 1:
        return plot_curves(curves[0].history, metric=metric, best_epoch=curves[0].best_epoch, look=look)
    return plot_run_curves(curves, metric=metric, look=look)

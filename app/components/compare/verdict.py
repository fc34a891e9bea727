"""What came out of the duel: the sentence, the tables, the figure, and how often test was looked at."""

import pandas as pd
import streamlit as st

from app import cache
from app.components.compare.entrants import Entrants
from app.components.compare.figures_table import differences_table, rows_table
from app.components.plain_text import plain
from core.plots.duel import plot_duel
from core.regrouping.duel.results import Duel
from core.regrouping.keeping.looks import record_look
from core.regrouping.keeping.store import SavedGrouping
from core.runs.imported import is_imported
from core.runs.run import Run
from core.words import SPLIT_NAMES, counted

LOOKS = (
    "The same groups count once for a run, however often they are shown. Who judges many groupings on the "
    "same test images and keeps the best one fools himself: its accuracy there is then too good by chance."
)
INTERVALS = "Dots are accuracies, lines their 95 % intervals, small strokes single seeds."


def show_duel(run: Run, saved: SavedGrouping, entrants: Entrants) -> None:
    """Draw the outcome of a grouping on the test images; the look is counted."""
    duel = cache.duel(entrants.full, saved.grouping, entrants.retrained)
    look = record_look(cache.workspace(), run.config.dataset, run.id, saved.grouping, saved.name)
    headline, *more = duel.sentences
    st.info(headline, icon=":material/balance:")
    st.markdown(" ".join(more))
    with st.container(border=True):
        rows_table(duel, trained_here=not is_imported(run.config))
    figure, tests = st.columns(2, gap="large")
    with figure:
        st.markdown("**Accuracy of each way**")
        rows = pd.DataFrame([vars(row) for row in duel.rows])
        st.plotly_chart(plot_duel(rows, random_mean=duel.random_mean), key="duel_figure")
        st.caption(INTERVALS)
    with tests:
        st.markdown("**Is the difference more than chance?**")
        differences_table(duel)
        st.caption(
            "Hover over a p-value for the images behind it. A p below 0.05 is called more than chance.",
            help="p: how often a difference at least this large arises when both are equally good. Where "
            "images come in groups, such as several of one patient, McNemar's test is too sure; the interval "
            "draws whole groups then.",
        )
    counted_as = f"{_measured(duel, entrants)} {look.in_words.capitalize()}."
    st.caption(counted_as, help=f"{look.of_run_in_words.capitalize()}. {LOOKS}")


def _measured(duel: Duel, entrants: Entrants) -> str:
    split = SPLIT_NAMES[duel.split].capitalize()
    ours, theirs = (", ".join(plain(run.id) for run in runs) for runs in entrants)
    against = f" against {theirs}" if theirs else ""
    return f"{split} split, {counted(duel.num_samples)}, {ours}{against}."

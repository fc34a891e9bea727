"""Page "Evaluate": how good is the chosen run, class by class, and what does it confuse?"""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.confused_pair import choose_pair, show_pair
from app.components.finished_run import finished_run
from app.components.plain_text import plain
from app.components.report_cards import show_numbers, tell_look
from app.navigation import Page, go_to
from core.evaluation.confusion import compute_confusion, most_confused_pairs, normalize_rows
from core.evaluation.report import MEANINGS, Report, compute_report
from core.plots.confusion import plot_confusion
from core.plots.per_class import plot_per_class
from core.predictions import Predictions
from core.regrouping.keeping.looks import record_look_at_run
from core.runs.run import Run
from core.words import SPLIT_NAMES

MAX_PAIRS = 10
MAX_WHOLE = 20  # classes; a longer table scrolls
LONG_HEIGHT = 760  # pixels, as the figure beside it
MAX_DRAWN = 300  # classes; a larger matrix is looked at with the zoom of Regroup


def show_confusions(run: Run, predictions: Predictions, measured_on: str) -> None:
    """Matrix, most confused pairs, and the images behind the chosen pair."""
    st.subheader("What it confuses")
    confusion = compute_confusion(predictions)
    matrix, chosen = st.columns([3, 2], gap="large")
    with matrix:
        if len(confusion) <= MAX_DRAWN:
            shares = st.toggle("Shares of the true class instead of counts", **state.bind("evaluate_shares"))
            counted = normalize_rows(confusion) if shares else confusion
            figure = plot_confusion(counted, predictions.class_names, normalize=shares)
            st.plotly_chart(figure, key="confusion")
            st.caption(measured_on)
        else:
            st.info(f"{len(confusion):,} classes are too many for one picture; Regroup has one with zoom.")
    pairs = most_confused_pairs(confusion, limit=MAX_PAIRS)
    if not pairs:
        chosen.success("No two classes were confused.")
        return
    with chosen:
        pair = choose_pair(run, predictions, pairs, confusion.sum(axis=1).tolist())
    show_pair(run, predictions, pair)


def show_classes(report: Report, measured_on: str) -> None:
    """Table and figure, side by side."""
    st.subheader("Class by class")
    table, figure = st.columns(2, gap="large")
    columns = {
        name: st.column_config.NumberColumn(name.capitalize(), format="%.3f", help=MEANINGS[name])
        for name in ("precision", "recall", "f1")
    }
    columns["support"] = st.column_config.NumberColumn("Images", format="localized", help=MEANINGS["support"])
    columns["class"] = st.column_config.TextColumn("Class")
    is_short = len(report.per_class) <= MAX_WHOLE
    table.dataframe(
        report.per_class,
        column_config=columns,
        height="content" if is_short else LONG_HEIGHT,
        key="per_class",
    )
    figure.plotly_chart(plot_per_class(report.per_class), key="per_class_figure")
    st.caption(measured_on)


st.title("Evaluate")
st.markdown("How good is this run, class by class, and which classes does it take for each other?")
run = finished_run()
if run is not None:
    split = st.radio(
        "Measured on",
        [split for split in ("val", "test") if run.predictions_path(split).exists()],
        format_func=lambda name: SPLIT_NAMES[name].capitalize(),
        horizontal=True,
        help="Choose settings and groups on validation; look at test last, it tells how good the choice is.",
        **state.bind("evaluate_split"),
    )
    predictions = cache.predictions(run.id, split)
    if split == "test" and predictions.num_samples:
        tell_look(record_look_at_run(cache.workspace(), run, predictions.class_names))
    num_images = f"{predictions.num_samples:,} images"
    measured_on = f"{SPLIT_NAMES[split].capitalize()} split, {num_images}, run {plain(run.id)}"
    if not predictions.num_samples:
        st.info(f"The {SPLIT_NAMES[split]} split has no images, so nothing was measured on it.")
    else:
        report = compute_report(predictions, clusters=cache.clusters(run.id, split))
        show_numbers(report)
        st.caption(measured_on)
        show_confusions(run, predictions, measured_on)
        show_classes(report, measured_on)
    st.divider()
    with st.container(horizontal=True):
        if run.config.groups is None:
            if st.button("Group the confused classes", type="primary", icon=":material/join:"):
                go_to(Page.REGROUP)
        elif st.button("Compare with the full run", type="primary", icon=":material/balance:"):
            go_to(Page.COMPARE)
        command_popover(["evaluate", run.id, "--split", split])

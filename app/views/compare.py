"""Page "Compare": what does grouping buy: the full network, merged afterward, or trained on the groups?"""

import pandas as pd
import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.duel_choice import choose_grouping, choose_retrained, explain_grouped
from app.components.finished_run import finished_run
from app.components.image_choice import look_at
from app.components.plain_text import plain
from core.evaluation.shown import compare_pictures
from core.explain.samples import pick_samples
from core.plots.duel import plot_duel
from core.regrouping.duel.comparison import Duel, compare_on_test
from core.runs.run import Run
from core.words import SPLIT_NAMES

HELP = {
    "p": "Exact McNemar test on the images where just one of two answers is right: p is how often a "
    "difference at least this large would arise if both were equally good; below 0.05 it is called more "
    "than chance.",
    "name": "full: the network that knows all classes. full then merged: its answer, counted by group. "
    "full summed: its probabilities, added within groups. retrained: a network trained on the groups.",
    "interval": "95 % Wilson interval: measured on other images of the same kind, the accuracy would lie in "
    "there about 19 times of 20.",
}
INTERVALS = "The lines are the 95 % intervals; in brackets the number of classes."


def show_duel(duel: Duel, run: Run, retrained: Run | None) -> None:
    """Sentence, table and figure."""
    headline, *more = duel.sentences
    st.success(headline, icon=":material/balance:")
    st.markdown(" ".join(more))
    rows = pd.DataFrame([vars(row) for row in duel.rows])
    shown = rows.drop(columns=["low", "high"])
    shown[["accuracy", "balanced_accuracy"]] *= 100
    shown.insert(3, "interval", [f"{row.low:.1%} to {row.high:.1%}" for row in duel.rows])
    st.dataframe(
        shown,
        hide_index=True,
        key="duel",
        column_config={
            "name": st.column_config.TextColumn("Answer", help=HELP["name"]),
            "num_classes": st.column_config.NumberColumn("Classes"),
            "accuracy": st.column_config.NumberColumn("Accuracy", format="%.1f %%"),
            "interval": st.column_config.TextColumn("95 % interval", help=HELP["interval"]),
            "balanced_accuracy": st.column_config.NumberColumn("Balanced accuracy", format="%.1f %%"),
            "macro_f1": st.column_config.NumberColumn("Macro F1", format="%.3f"),
        },
    )
    if retrained and (seen := compare_pictures(run.config, retrained.config, names=(run.id, retrained.id))):
        st.info(plain(seen), icon=":material/hide_image:")
    st.plotly_chart(plot_duel(rows, random_mean=duel.random_mean), key="duel_figure")
    against = f" and {plain(retrained.id)}" if retrained else ""
    split = SPLIT_NAMES[duel.split].capitalize()
    st.caption(
        f"{split} split, {duel.num_samples:,} images, run {plain(run.id)}{against}. {INTERVALS}",
        help=HELP["p"],
    )


st.title("Compare")
st.markdown("What does grouping buy: merging the full network's answers, or training again on the groups?")
run = finished_run()
if run is not None and run.config.groups is not None:
    explain_grouped(run)
elif run is not None:
    full = cache.predictions(run.id, "test")
    saved = choose_grouping(run, full.class_names)
    if saved is not None:
        if saved.split == "test":
            st.warning("This grouping was chosen on the test images, so they cannot judge it fairly.")
        retrained = choose_retrained(run, saved)
        theirs = cache.predictions(retrained.id, "test") if retrained else None
        show_duel(compare_on_test(full, saved.grouping, theirs), run, retrained)
        st.divider()
        with st.container(horizontal=True):
            if st.button(
                "What does it look at?",
                type="primary",
                icon=":material/visibility:",
                help="Opens Look inside with the surest mistake of the full network on validation.",
            ):
                mistakes_of = cache.predictions(run.id, "val")
                look_at(pick_samples(cache.dataset(run.config.dataset), "val", mistakes_of=mistakes_of))
            command_popover(["compare", run.id, "--grouping", saved.name])

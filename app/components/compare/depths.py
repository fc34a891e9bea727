"""Accuracy of full and grouped networks at each fine-tuning depth, and the button that trains the missing."""

from collections import Counter
from dataclasses import asdict

import pandas as pd
import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.plain_text import plain
from app.navigation import Page, go_to
from core.jobs.retraining import train_depths
from core.plots.depth import plot_depths
from core.regrouping.duel.depth import DepthTable, depth_of, has_depths
from core.regrouping.duel.results import FULL, RETRAINED
from core.regrouping.keeping.looks import DEPTHS_RULE, record_look
from core.regrouping.keeping.store import SavedGrouping
from core.runs.imported import is_imported
from core.runs.run import Run
from core.words import SPLIT_NAMES, counted

HELP = {
    "depth": "A pretrained network begins with general features. Fine-tuning trains its last blocks along "
    "with the new head: more blocks fit the images better, and take longer and more images.",
    "split": "Choose the depth on validation; test tells how good that choice is.",
    "train": "Numbers of trained blocks of which a full or a grouped run is missing; both are queued, with "
    "the seed and all other settings of this run.",
}


def depth_part(run: Run, saved: SavedGrouping) -> None:
    """Draw the chart where the network can be fine-tuned to different depths."""
    if is_imported(run.config) or not has_depths(run):
        return
    st.subheader("How deep to fine-tune?", help=HELP["depth"])
    split = st.segmented_control(
        "Measured on", ["val", "test"], default="val", required=True, help=HELP["split"],
        format_func=lambda name: SPLIT_NAMES[name].capitalize(), **state.bind("compare_depth_split"),
    )  # fmt: skip
    table = cache.depths(run, saved.grouping, split or "val")
    for problem in table.problems:
        st.caption(plain(problem))
    if len({point.depth for point in table.points}) > 1:
        points = pd.DataFrame([asdict(point) for point in table.points])
        st.plotly_chart(plot_depths(points, num_blocks=table.num_blocks), key="depth_figure")
    else:
        st.markdown(
            f"All runs so far train {counted(depth_of(run), 'block')}; train other depths to compare."
        )
    look = _look(run, saved) if table.split == "test" else ""
    if table.points:
        st.caption(f"{_about(table, run, saved)}{look}")
    _offer(table, run, saved)


def _look(run: Run, saved: SavedGrouping) -> str:
    """Count the look at the test images at all depths."""
    number = record_look(
        cache.workspace(), run.config.dataset, run.id, saved.grouping, saved.name, rule=DEPTHS_RULE
    )
    return f" {number.in_words.capitalize()}, {number.of_run_in_words}."


def _about(table: DepthTable, run: Run, saved: SavedGrouping) -> str:
    split = SPLIT_NAMES[table.split].capitalize()
    measured = Counter(point.way for point in table.points)
    best = [
        f"{way} is best with {counted(found.depth, 'block')} ({found.accuracy:.1%})"
        for way in (FULL, RETRAINED)
        if table.split == "val" and measured[way] > 1 and (found := table.best(way)) is not None
    ]
    told = (
        f"{split} split, {counted(table.num_samples)}; runs like {plain(run.id)} at other depths and seeds."
    )
    if table.split == "val":
        chosen = f" The groups were chosen on these images with {plain(saved.run_id)}" if saved.run_id else ""
        told += f"{chosen}, which favors merging its own answers here." if chosen else ""
    return f"{told} {'; '.join(best).capitalize()}." if best else told


def _offer(table: DepthTable, run: Run, saved: SavedGrouping) -> None:
    missing = sorted({*table.missing_full, *table.missing_grouped})
    row = st.container(horizontal=True, vertical_alignment="bottom")
    arguments = ["depths", run.id, "--grouping", saved.name, "--split", table.split]
    if missing:
        chosen = row.multiselect(
            "Missing depths", missing, default=missing[:3], help=HELP["train"], placeholder="None",
            key=f"depths_{run.id}_{saved.name}_{len(missing)}",
        )  # fmt: skip
        if row.button("Train these depths", icon=":material/model_training:", disabled=not chosen):
            asked = train_depths(cache.workspace(), run, saved, chosen)
            if asked.queued:
                state.choose(run=asked.queued[0].id)
                go_to(Page.RUNS)
            st.info("These runs are in the queue already.")
        if chosen:
            arguments += ["--train", "--only", ",".join(map(str, chosen))]
    with row:
        command_popover(arguments)

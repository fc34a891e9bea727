"""The most confused pairs as a list, and the images behind the chosen one in both directions."""

import numpy as np
import streamlit as st

from app import cache, state
from app.components.image_choice import look_at
from app.components.no_pictures import tell_no_pictures
from app.components.pictures_shown import pictures_shown
from app.components.plain_text import plain
from app.components.thumbnail_grid import thumbnail_grid
from app.navigation import Page, go_to
from core.evaluation.confusion import ConfusedPair
from core.evaluation.mistakes import check_images, images_of_pair, rows_of_pair
from core.predictions import Predictions
from core.runs.run import Run
from core.words import counted

MAX_IMAGES = 36  # of one direction


def choose_pair(
    run: Run, predictions: Predictions, pairs: list[ConfusedPair], support: list[int]
) -> ConfusedPair:
    """Draw the list of pairs, the costliest first, and return the chosen one.

    Args:
        run: Whose pairs they are.
        predictions: Of the run on the split shown.
        pairs: At least one.
        support: Images of each class.
    """
    names = [plain(name) for name in predictions.class_names]
    position = st.radio(
        "Most confused pairs",
        range(len(pairs)),
        format_func=lambda k: f"**{names[pairs[k].first]}** and **{names[pairs[k].second]}**",
        captions=[
            f"{pair.first_as_second} of {support[pair.first]} {names[pair.first]} "
            f"taken for {names[pair.second]}, {pair.second_as_first} of {support[pair.second]} the other way"
            for pair in pairs
        ],
        help="Pairs of classes by the number of images taken for the other class, both directions together.",
        **state.bind(f"pair_{run.id}_{predictions.split}"),
    )
    return pairs[position or 0]


def show_pair(run: Run, predictions: Predictions, pair: ConfusedPair) -> None:
    """Show the images behind a pair, most confident first, and offer to merge the two classes."""
    dataset = pictures_shown(run, predictions.split)
    if not tell_no_pictures(dataset, otherwise="The numbers of the pair are all there is."):
        check_images(predictions, cache.dataset(run.config.dataset))
    first, second = predictions.class_names[pair.first], predictions.class_names[pair.second]
    cells = ((pair.first, pair.second), (pair.second, pair.first))
    for true, predicted in cells:
        rows = rows_of_pair(predictions, true, predicted)
        name, taken_for = plain(predictions.class_names[true]), plain(predictions.class_names[predicted])
        more = f", the {MAX_IMAGES} most confident" if len(rows) > MAX_IMAGES else ""
        st.markdown(f"**{name}** taken for **{taken_for}**: {counted(len(rows))}{more}")
        shown = rows[:MAX_IMAGES]
        if len(shown):
            sure = [f"{share:.0%} sure" for share in predictions.probs[shown, predicted]]
            key = f"grid_{run.id}_{predictions.split}_{true}_{predicted}"
            thumbnail_grid(dataset, predictions.sample_ids[shown], captions=sure, key=key)
    if run.config.groups is None:
        if st.button(
            "Merge them?", type="primary", icon=":material/join:", help="Opens Regroup with this pair."
        ):
            state.put(state.Key.PAIR, (first, second))
            go_to(Page.REGROUP)
    elif st.button("Where does it look?", type="primary", icon=":material/visibility:"):
        look_at(np.concatenate([images_of_pair(predictions, *cell) for cell in cells]))

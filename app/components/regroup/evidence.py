"""What was chosen on the matrix: the sentence and the button that merges, and the pictures behind it."""

import numpy as np
import streamlit as st

from app import cache
from app.components.image_choice import look_at
from app.components.pictures_shown import pictures_shown
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, name_some
from app.components.thumbnail_grid import thumbnail_grid
from core.datasets.dataset import Dataset
from core.evaluation.confusion import most_confused_pairs
from core.evaluation.mistakes import check_images, images_of_pair
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.runs.run import Run

NUM_PICTURES = 6  # of each class of a pair, and of each direction
NUM_BLOCK_PICTURES = 24  # of a block, all classes together
PICTURE_SIZE = 64  # pixels
ONE_SIDED = 3  # times as many mistakes one way as the other


def choice_card(draft: Draft, grouping: Grouping, confusion: np.ndarray) -> None:
    """Say what was chosen, in words, and offer to merge it.

    Args:
        draft: What the button acts on.
        grouping: The groups now.
        confusion: Counts on validation, shape ``(num_classes, num_classes)``.
    """
    chosen = draft.chosen
    if len(chosen) < 2:
        _offer_worst_pair(draft, grouping, confusion)
        return
    indices = [grouping.class_names.index(name) for name in chosen]
    is_merged = len(set(grouping.group_of_class[indices].tolist())) < 2
    group = plain(grouping.group_names[grouping.assignment[indices[0]]])
    if len(chosen) == 2:
        st.markdown(_pair_in_words(confusion, chosen, indices))
    else:
        within = confusion[np.ix_(indices, indices)]
        mistakes = int(within.sum() - np.trace(within))
        st.markdown(f"**{plain(name_some(chosen))}**: {mistakes:,} images taken for one another.")
    merge, clear = st.columns([2, 1])
    merge.button(
        "Merge" if len(chosen) == 2 else f"Merge these {len(chosen)} classes",
        type="primary",
        icon=":material/join:",
        disabled=is_merged,
        width="stretch",
        key="regroup_merge",
        on_click=draft.merge,
        args=(chosen,),
        help=f"They are in one group already: {group}." if is_merged else "They count as one from now on.",
    )
    clear.button("Clear", on_click=draft.choose, args=((),), width="stretch", key="regroup_clear")


def pictures(run: Run, predictions: Predictions, chosen: tuple[str, ...]) -> None:
    """Show pictures of the chosen classes, and of those taken for one another."""
    if len(chosen) < 2:
        return
    check_images(predictions, cache.dataset(run.config.dataset))
    dataset = pictures_shown(run, predictions.split)
    indices = [predictions.class_names.index(name) for name in chosen]
    if len(chosen) > 2:
        _block_pictures(dataset, predictions, indices)
        return
    first, second = indices
    columns = st.columns(4)
    cells = [(first, first), (second, second), (first, second), (second, first)]
    for place, (true, predicted) in enumerate(cells):
        name, other = (plain(predictions.class_names[index]) for index in (true, predicted))
        ids = images_of_pair(predictions, true, predicted)
        with columns[place]:
            what = f"**{name}** recognized" if true == predicted else f"**{name}** seen as **{other}**"
            st.markdown(f"{what}: {min(NUM_PICTURES, len(ids))} of {len(ids):,} images")
            if len(ids):
                key = f"regroup_pictures_{place}"
                thumbnail_grid(dataset, ids[:NUM_PICTURES], size=PICTURE_SIZE, key=key)
    _offer_look_inside(predictions, first, second)


def _block_pictures(dataset: Dataset, predictions: Predictions, indices: list[int]) -> None:
    per_class = max(1, NUM_BLOCK_PICTURES // len(indices))
    shown = [
        (sample_id, predictions.class_names[index])
        for index in indices
        for sample_id in predictions.sample_ids[predictions.y_true == index][:per_class]
    ][:NUM_BLOCK_PICTURES]
    if shown:
        ids, names = zip(*shown, strict=True)
        thumbnail_grid(
            dataset, np.array(ids), captions=list(names), size=PICTURE_SIZE, key="regroup_pictures_block"
        )


def _offer_look_inside(predictions: Predictions, first: int, second: int) -> None:
    mistaken = np.concatenate(
        [images_of_pair(predictions, first, second)[:1], images_of_pair(predictions, second, first)[:1]]
    )
    if len(mistaken) and st.button("Where does it look?", icon=":material/visibility:", key="regroup_look"):
        look_at(mistaken)


def _offer_worst_pair(draft: Draft, grouping: Grouping, confusion: np.ndarray) -> None:
    """Offer the two classes of different groups that are confused most."""
    group_of = grouping.group_of_class
    apart = group_of[:, None] != group_of[None, :]  # (num_classes, num_classes)
    pairs = most_confused_pairs(confusion * apart, limit=1)
    if not pairs:
        is_merged = grouping.num_groups < grouping.num_classes
        left = " of different groups" if is_merged else ""
        st.markdown(f"No two classes{left} were confused on these images.")
        return
    names = (draft.class_names[pairs[0].first], draft.class_names[pairs[0].second])
    st.markdown("Click a cell of the matrix, or drag along its diagonal.")
    st.button(
        f"Look at {plain(names[0])} and {plain(names[1])}",
        icon=":material/search:",
        key="regroup_worst",
        on_click=draft.choose,
        args=(names,),
        help="Of the classes that are not in one group yet, these two are confused most.",
    )


def _pair_in_words(confusion: np.ndarray, names: tuple[str, ...], indices: list[int]) -> str:
    (first, second), (name, other) = indices, map(plain, names)
    there, back = int(confusion[first, second]), int(confusion[second, first])
    totals = confusion.sum(axis=1)
    share_there, share_back = there / max(1, int(totals[first])), back / max(1, int(totals[second]))
    if not there and not back:
        verdict = "Never confused on these images."
    elif max(share_there, share_back) >= ONE_SIDED * min(share_there, share_back):
        seen, taken = (name, other) if share_there > share_back else (other, name)
        verdict = f"Mostly one way: {seen} is seen as {taken}."
    else:
        verdict = "Both ways: they look alike."
    return (
        f"**{name}** taken for **{other}**: {there} of {int(totals[first])}; "
        f"**{other}** taken for **{name}**: {back} of {int(totals[second])}. {verdict}"
    )

"""What the Regroup page draws its matrix with: sparse counts, the merge tree, orders and their scores.

All from validation, since groups are chosen on it. What no grouping changes is kept with the predictions.
"""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app.cache.runs import predictions, predictions_key, scorer
from core.regrouping.grouping import Grouping
from core.regrouping.ordering import dendrogram, orders, scores
from core.regrouping.ordering.scores import OrderScore
from core.regrouping.scoring.counts import SparseCounts


def sparse_counts(run_id: str, split: str) -> SparseCounts:
    """Confusion counts of a run's stored predictions; the same object as long as the file is the same.

    Raises:
        PredictionsError: The run has not stored them yet, or a probability is not a number.
    """
    return scorer(run_id, split).counts


def merge_tree(run_id: str) -> dendrogram.MergeTree:
    """The dendrogram of a run's validation confusions."""
    return _tree(run_id, predictions_key(run_id, "val"))


def class_order(run_id: str, grouping: Grouping, key: str, *, own: Sequence[int] | None = None) -> np.ndarray:
    """Order of the classes along the matrix, one of ``core.regrouping.ordering.orders.ORDERS``."""
    if key == "blocks":
        return orders.gather_groups(_base(run_id, predictions_key(run_id, "val"), "leaf"), grouping)
    if key == "own":
        return orders.own_order(own, grouping.num_classes)
    return _base(run_id, predictions_key(run_id, "val"), key)


def order_scores(
    run_id: str, grouping: Grouping, *, own: Sequence[int] | None = None
) -> dict[str, OrderScore]:
    """Scores of all orders under a grouping; of the own one only when there is one."""
    keys = [key for key in orders.ORDERS if key != "own" or own is not None]
    return {key: order_score(run_id, grouping, key, own=own) for key in keys}


def order_score(run_id: str, grouping: Grouping, key: str, *, own: Sequence[int] | None = None) -> OrderScore:
    """Score of one order under a grouping."""
    order = class_order(run_id, grouping, key, own=own)
    return scores.order_score(sparse_counts(run_id, "val"), order, grouping)


def worst_pair(run_id: str, grouping: Grouping) -> tuple[str, str] | None:
    """The two classes of different groups that are confused most on validation; None where none are."""
    low, high, images = sparse_counts(run_id, "val").pairs
    apart = grouping.group_of_class[low] != grouping.group_of_class[high]
    if not apart.any():
        return None
    worst = int(np.where(apart, images, -1).argmax())
    return grouping.class_names[low[worst]], grouping.class_names[high[worst]]


@st.cache_resource(max_entries=24, show_spinner=False)
def _tree(run_id: str, key: tuple[str, int]) -> dendrogram.MergeTree:
    return dendrogram.merge_tree(sparse_counts(run_id, "val"))


@st.cache_resource(max_entries=200, show_spinner="Ordering the classes")
def _base(run_id: str, key: tuple[str, int], order: str) -> np.ndarray:
    """An order that no grouping changes: together a third of a second for 3,000 classes."""
    names, tree = predictions(run_id, "val").class_names, merge_tree(run_id)
    return orders.base_order(sparse_counts(run_id, "val"), order, names, tree=tree)

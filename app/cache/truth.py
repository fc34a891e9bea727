"""What the Regroup page tells of a grouping's truth: its price, its members, its back-off; kept by groups."""

import pandas as pd
import streamlit as st

from app.cache.datasets import dataset_key
from app.cache.orders import sparse_counts
from app.cache.runs import clusters, predictions_key, run, scorer
from core.regrouping.grouping import Grouping
from core.regrouping.truth import members, sureness
from core.regrouping.truth import price as prices
from core.regrouping.truth.gain import Gain


def price(run_id: str, split: str, grouping: Grouping) -> prices.Price:
    """What merging costs, on a run's stored predictions."""
    return _price(run_id, split, predictions_key(run_id, split), grouping.partition, grouping)


def class_changes(run_id: str, split: str, grouping: Grouping, *, summed: bool) -> pd.DataFrame:
    """Winners and losers, see ``core.regrouping.truth.members``; answered by merged labels or summed."""
    answers = _answers(run_id, split, grouping, summed)
    return members.class_changes(sparse_counts(run_id, split), grouping, answers=answers)


def group_rates(run_id: str, split: str, grouping: Grouping, *, summed: bool) -> pd.DataFrame:
    """How well each group is told from all others; answered by merged labels or summed."""
    answers = _answers(run_id, split, grouping, summed)
    return members.group_rates(sparse_counts(run_id, split), grouping, answers=answers)


def answerable(run_id: str, split: str, grouping: Grouping) -> sureness.Answerable:
    """What could be answered for each image, and how sure."""
    keys = predictions_key(run_id, split), dataset_key(run(run_id).config.dataset)
    return _answerable(run_id, split, keys, grouping.partition, grouping)


@st.cache_resource
def search_gains() -> dict[tuple[object, ...], Gain]:
    """Gains of suggested groups that were tested on this server, by what they depend on."""
    return {}


def _answers(run_id: str, split: str, grouping: Grouping, summed: bool) -> members.Answers | None:
    if not summed:
        return None
    found = scorer(run_id, split)
    return members.Answers(found.predictions.y_true, found.summed_answer(grouping))


@st.cache_resource(max_entries=500, show_spinner=False)
def _price(
    run_id: str, split: str, key: tuple[str, int], partition: bytes, _grouping: Grouping
) -> prices.Price:
    return prices.price(sparse_counts(run_id, split), _grouping)


@st.cache_resource(max_entries=8, show_spinner=False)
def _answerable(
    run_id: str, split: str, keys: tuple[object, ...], partition: bytes, _grouping: Grouping
) -> sureness.Answerable:
    return sureness.answerable(scorer(run_id, split), _grouping, clusters=clusters(run_id, split))

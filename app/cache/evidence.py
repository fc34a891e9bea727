"""What the Regroup page shows of chosen classes: the evidence, and where networks looked."""

from typing import Any

import streamlit as st

from app.cache.datasets import dataset, dataset_key
from app.cache.runs import DatasetKey, clusters, predictions, predictions_key
from app.cache.runs import run as find_run
from core.errors import DatasetError
from core.regrouping.evidence.training import is_balanced, training_counts
from core.regrouping.evidence.verdict import BlockEvidence, PairEvidence, block_evidence, pair_evidence
from core.runs.run import Run

Keys = tuple[tuple[str, int], DatasetKey]


def evidence_of_pair(run: Run, first: str, second: str) -> PairEvidence:
    """What speaks for merging two classes, on validation, see ``pair_evidence``."""
    return _pair(run.id, _keys(run), (first, second))


def evidence_of_block(run: Run, classes: tuple[str, ...]) -> BlockEvidence:
    """The mistakes among several classes, on validation, see ``block_evidence``."""
    return _block(run.id, _keys(run), classes)


@st.cache_resource
def looks() -> dict[tuple[object, ...], list[bytes]]:
    """Where networks looked, kept by this server: pictures (PNG), see ``app.components.regroup.looking``."""
    return {}


def _keys(run: Run) -> Keys:
    """What changes with the predictions of a run, and with the images of its dataset and their groups."""
    return predictions_key(run.id, "val"), dataset_key(run.config.dataset)


@st.cache_resource(max_entries=200, show_spinner=False)
def _pair(run_id: str, keys: Keys, classes: tuple[str, str]) -> PairEvidence:
    return pair_evidence(predictions(run_id, "val"), *classes, **_known(run_id, keys))


@st.cache_resource(max_entries=50, show_spinner=False)
def _block(run_id: str, keys: Keys, classes: tuple[str, ...]) -> BlockEvidence:
    return block_evidence(predictions(run_id, "val"), classes, **_known(run_id, keys))


def _known(run_id: str, keys: Keys) -> dict[str, Any]:
    """What is known beside the predictions: how the run was trained, and which images belong together."""
    return {
        "train_counts": _train_counts(run_id, keys),
        "balanced": is_balanced(find_run(run_id).config),
        "clusters": clusters(run_id, "val"),
    }


@st.cache_resource(max_entries=50, show_spinner=False)
def _train_counts(run_id: str, keys: Keys) -> tuple[int, ...] | None:
    """Training images that each class of a run has now; None where nobody knows."""
    try:
        return training_counts(dataset(keys[1][1]), predictions(run_id, "val").class_names)
    except DatasetError:
        return None

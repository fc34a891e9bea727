"""What the Regroup page shows of chosen classes: the evidence, and where the network looked at mistakes."""

from pathlib import Path
from typing import Any

import streamlit as st

from app.cache.datasets import dataset, dataset_key
from app.cache.home import changed_at
from app.cache.runs import config, predictions, predictions_key
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image
from core.errors import DatasetError
from core.explain import service
from core.plots.image_grid import encode_png
from core.plots.overlay import fit, overlay_heatmap
from core.regrouping.evidence.training import is_balanced, training_counts
from core.regrouping.evidence.verdict import BlockEvidence, PairEvidence, block_evidence, pair_evidence
from core.runs.run import Run

SIDE = 112  # pixels of a picture with a heat map
STRENGTH = 0.7  # of the heat map over the picture


def evidence_of_pair(run: Run, first: str, second: str) -> PairEvidence:
    """What speaks for merging two classes, on validation, see ``pair_evidence``."""
    key = predictions_key(run.id, "val")
    return _pair(run.id, key, (first, second), train_counts(run), is_balanced(config(run)))


def evidence_of_block(run: Run, classes: tuple[str, ...]) -> BlockEvidence:
    """The mistakes among several classes, on validation, see ``block_evidence``."""
    key = predictions_key(run.id, "val")
    return _block(run.id, key, classes, train_counts(run), is_balanced(config(run)))


def train_counts(run: Run) -> tuple[int, ...] | None:
    """Training images that each class of a run has now; None where nobody knows."""
    try:
        return _train_counts(dataset_key(config(run).dataset), predictions(run.id, "val").class_names)
    except DatasetError:
        return None


def looked_at(run: Run, dataset_name: str, sample_id: int, classes: tuple[int, ...]) -> list[bytes]:
    """Pictures (PNG) of where a network looked: the image, then what speaks for each of some classes.

    Args:
        run: A run with a network.
        dataset_name: The dataset whose pictures the run saw.
        sample_id: The image.
        classes: Indices among the run's classes.

    Raises:
        DatasetError: The image cannot be read.
        ExplainError: The helper process failed.
    """
    images_hash = dataset(dataset_name).images_hash
    key = (str(run.directory), changed_at(run.model_path), dataset_name, images_hash)
    return _looked_at(key, sample_id, classes)


@st.cache_resource(max_entries=200, show_spinner=False)
def _pair(
    run_id: str,
    key: tuple[str, int],
    classes: tuple[str, str],
    counts: tuple[int, ...] | None,
    balanced: bool,
) -> PairEvidence:
    return pair_evidence(predictions(run_id, "val"), *classes, train_counts=counts, balanced=balanced)


@st.cache_resource(max_entries=50, show_spinner=False)
def _block(
    run_id: str,
    key: tuple[str, int],
    classes: tuple[str, ...],
    counts: tuple[int, ...] | None,
    balanced: bool,
) -> BlockEvidence:
    return block_evidence(predictions(run_id, "val"), classes, train_counts=counts, balanced=balanced)


@st.cache_resource(max_entries=50, show_spinner=False)
def _train_counts(
    key: tuple[str, str, tuple[int, int]], class_names: tuple[str, ...]
) -> tuple[int, ...] | None:
    return training_counts(dataset(key[1]), class_names)


@st.cache_resource(max_entries=200, show_spinner=False)
def _looked_at(key: tuple[str, int, str, Any], sample_id: int, classes: tuple[int, ...]) -> list[bytes]:
    run, pixels = Run(Path(key[0])), read_image(dataset(key[2]), sample_id)
    seen = resize_image(pixels, run.config.resizing)
    heatmaps = [service.show_cam(run, seen, index).heatmap for index in classes]
    overlays = [overlay_heatmap(pixels, heat, strength=STRENGTH, side=SIDE) for heat in heatmaps]
    return [encode_png(picture) for picture in (fit(pixels, SIDE), *overlays)]

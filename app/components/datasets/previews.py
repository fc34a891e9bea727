"""What the part "Prepare" shows before anything is made, kept between clicks."""

from pathlib import Path

import numpy as np
import streamlit as st

from app import cache
from core.datasets.dataset import Dataset
from core.datasets.preparing.derivation import Derivation, plan_derived
from core.datasets.preparing.mask_pictures import MaskPictures, read_mask_pictures
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.preparing.occlusion_preview import choose_pictures, occluded_pair
from core.datasets.preparing.split_plan import SplitPlan, SplitPreview, given_splits, plan_splits

MAX_MASKS = 60  # mask pictures read for a preview

Key = tuple[str, str, tuple[int, int]]  # as from ``cache.dataset_key``


def split_preview(dataset: Dataset, plan: SplitPlan) -> SplitPreview:
    """A planned division.

    Raises:
        DatasetError: The plan does not fit the dataset.
    """
    return _split_preview(cache.dataset_key(dataset.name), plan.model_dump_json())


def given_preview(dataset: Dataset) -> SplitPreview:
    """The division with which a dataset was added."""
    return _given_preview(cache.dataset_key(dataset.name))


def occluded_pairs(
    dataset: Dataset, occlusion: Occlusion, masks_dir: Path | None, *, invert: bool, size: int
) -> list[tuple[int, bytes, bytes]]:
    """Sample id and JPEGs, clean and occluded, of some pictures.

    Raises:
        DatasetError: A picture or the folder of mask pictures cannot be read.
    """
    masks = None if masks_dir is None else mask_pictures(masks_dir, invert=invert).bits
    key = cache.dataset_key(dataset.name)
    return _occluded_pairs(key, occlusion.model_dump_json(), (str(masks_dir), invert), size, masks)


def mask_pictures(folder: Path, *, invert: bool) -> MaskPictures:
    """The first mask pictures of a folder.

    Raises:
        DatasetError: The folder cannot be read or has none.
    """
    return _mask_pictures(str(folder), folder.stat().st_mtime_ns if folder.is_dir() else 0, invert)


def derived_preview(dataset: Dataset, derivation: Derivation) -> Dataset:
    """The dataset that a derivation would give, without a name of its own.

    Raises:
        DatasetError: The derivation does not fit the dataset.
    """
    return _derived_preview(cache.dataset_key(dataset.name), derivation.model_dump_json())


@st.cache_resource(max_entries=16, show_spinner="Dividing")
def _split_preview(key: Key, plan: str) -> SplitPreview:
    return plan_splits(cache.dataset(key[1]), SplitPlan.model_validate_json(plan))


@st.cache_resource(max_entries=8, show_spinner=False)
def _given_preview(key: Key) -> SplitPreview:
    return given_splits(cache.workspace(), cache.dataset(key[1]))


@st.cache_resource(max_entries=8, show_spinner="Reading the mask pictures")
def _mask_pictures(folder: str, file_time: int, invert: bool) -> MaskPictures:
    return read_mask_pictures(Path(folder), invert=invert, limit=MAX_MASKS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _occluded_pairs(
    key: Key, occlusion: str, folder: tuple[str, bool], size: int, _masks: np.ndarray | None
) -> list[tuple[int, bytes, bytes]]:
    dataset, settings = cache.dataset(key[1]), Occlusion.model_validate_json(occlusion)
    chosen = choose_pictures(dataset, settings).tolist()
    return [(i, *occluded_pair(dataset, i, settings, masks=_masks, size=size)) for i in chosen]


@st.cache_resource(max_entries=8, show_spinner=False)
def _derived_preview(key: Key, derivation: str) -> Dataset:
    return plan_derived(cache.dataset(key[1]), Derivation.model_validate_json(derivation), name="preview")[0]

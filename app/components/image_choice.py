"""The image that Look inside is about: chosen from the dataset by a click, or uploaded."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import streamlit as st

from app import cache, state
from app.components.image_tray import image_tray
from app.components.pictures_shown import find_shown, pictures_shown
from app.navigation import Page, go_to
from app.state import Key
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.images.reading import read_image
from core.explain.samples import learned_grouping, pick_samples, read_upload
from core.runs.run import Run
from core.words import SPLIT_NAMES

PAGE_SIZE = 10  # thumbnails in the tray: one row on a usual screen
UPLOAD_TYPES = ("jpg", "jpeg", "png", "webp", "bmp")
MAX_UPLOAD_MB = 20


@dataclass(frozen=True)
class ChosenImage:
    """The image to look at.

    Attributes:
        pixels: RGB, shape ``(height, width, 3)``, uint8, as it lies on disk.
        title: What it is, one line.
        true_class: Index among the classes that the run has learned; None when nobody knows.
    """

    pixels: np.ndarray
    title: str
    true_class: int | None


def choose_image(run: Run, dataset: Dataset) -> ChosenImage | None:
    """Draw the choice; returns None while there is no image yet."""
    source = st.segmented_control(
        "Image", ["From the dataset", "Upload one"], default="From the dataset", required=True,
        label_visibility="collapsed", **state.bind("look_source"),
    )  # fmt: skip
    return _uploaded() if source == "Upload one" else _from_dataset(run, dataset)


def look_at(sample_ids: np.ndarray) -> NoReturn:
    """Open Look inside on the first of these images; where there is none, on any."""
    if len(sample_ids):
        state.put(Key.SAMPLE, int(sample_ids[0]))
    go_to(Page.LOOK_INSIDE)


def _uploaded() -> ChosenImage | None:
    file = st.file_uploader(
        f"A picture of your own ({', '.join(UPLOAD_TYPES)}; up to {MAX_UPLOAD_MB} MB)",
        type=UPLOAD_TYPES, max_upload_size=MAX_UPLOAD_MB, key="look_upload",
        help="It is looked at and not kept.",
    )  # fmt: skip
    if file is None:
        return None
    return ChosenImage(read_upload(file.getvalue(), file.name), f"uploaded file {file.name}", None)


def _from_dataset(run: Run, dataset: Dataset) -> ChosenImage | None:
    sample_ids = _tray(run, dataset)
    chosen = state.get(Key.SAMPLE)
    if chosen is None or not _is_usable(dataset, chosen):
        if len(sample_ids) == 0:
            return None
        chosen = int(sample_ids[0])
    label = int(dataset.labels(np.array([chosen]))[0])
    split = str(dataset.table["split"].iat[chosen])
    shown = pictures_shown(run, split)
    title = f"image {chosen} of {shown.name} ({SPLIT_NAMES[split]} split), {dataset.class_names[label]}"
    true_class = learned_grouping(run.config, dataset).assignment[label]
    return ChosenImage(read_image(shown, chosen), title, true_class)


def _tray(run: Run, dataset: Dataset) -> np.ndarray:
    """Draw filters and thumbnails; returns all sample ids that pass the filters."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.selectbox(
            "Split", SPLITS, index=1, format_func=SPLIT_NAMES.__getitem__, width=150,
            **state.bind("look_split"),
        )  # fmt: skip
        classes = st.multiselect(
            "Classes", dataset.class_names, placeholder="All classes", width=300,
            **state.bind(f"look_classes_{dataset.name}"),
        )  # fmt: skip
        has_predictions = run.predictions_path(split).exists()
        only_mistakes = st.toggle(
            "Only mistakes", disabled=not has_predictions, **state.bind("look_mistakes"),
            help="Images of the split that this run got wrong, its surest mistakes first. "
            "Known for validation and test when the run is done.",
        )  # fmt: skip
    mistakes_of = cache.predictions(run.id, split) if only_mistakes and has_predictions else None
    sample_ids = pick_samples(dataset, split, classes=classes, mistakes_of=mistakes_of)
    if len(sample_ids) == 0:
        st.info("No image fits; choose other classes or another split, or show more than mistakes.")
        return sample_ids
    filters = f"{dataset.name}-{run.id}-{split}-{mistakes_of is not None}-{'|'.join(classes)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(-(-len(sample_ids) // PAGE_SIZE), **state.bind(f"look_page_{filters}"))
        st.caption(f"{len(sample_ids):,} images")
    _draw_page(find_shown(run, split), dataset, sample_ids, page)
    return sample_ids


def _draw_page(pictures: Dataset, dataset: Dataset, sample_ids: np.ndarray, page: int) -> None:
    shown = sample_ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    image_tray(
        cache.thumbnails_of(pictures.name, tuple(int(sample_id) for sample_id in shown)),
        shown.tolist(),
        [dataset.class_names[label] for label in dataset.labels(shown)],
        chosen=state.get(Key.SAMPLE, int(sample_ids[0])),
        on_choose=lambda sample_id: state.put(Key.SAMPLE, sample_id),
        key=f"image_tray_{dataset.name}",
    )


def _is_usable(dataset: Dataset, sample_id: int) -> bool:
    """Whether a sample chosen earlier, maybe in another dataset, is an image of this one."""
    return 0 <= sample_id < len(dataset.table) and not dataset.table["excluded"].iat[sample_id]

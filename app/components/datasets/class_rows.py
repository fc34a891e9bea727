"""Part "Classes": some pictures of each class in a row with their mean, or one picture of every class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app import cache, state
from app.components.datasets.class_table import class_table
from app.components.datasets.picture_filters import open_class
from app.components.picture_picker import picture_picker
from app.failures import shown_as_text
from core.datasets.balance import ORDERS, count_images, sort_classes
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.images.mean_images import sample_classes
from core.words import SPLIT_NAMES

VIEWS = {"rows": "A row a class", "wall": "One of each class"}
ROWS_A_PAGE = 20  # classes
PICTURES_A_PAGE = 150  # classes on the wall
COUNTS = (3, 6, 9, 12)  # pictures a row
ORDER_TITLES = {"order": "As in the dataset", "size": "Largest first", "name": "By name"}
MEAN_HELP = (
    "The mean of all pixels of some pictures of the class. A blur is the rule; where something can be seen, "
    "the pictures have that in common, be it the thing itself or the background."
)
SEED = "class_rows_seed"


@dataclass(frozen=True)
class _Choice:
    """What the part shows; ``labels`` are the classes of its page."""

    view: str
    labels: tuple[int, ...]
    count: int
    split: str | None
    seed: int


@st.fragment
def class_rows_part(dataset: Dataset) -> None:
    """Draw the choices and the rows, or the wall."""
    with shown_as_text():
        choice = _choose(dataset)
        if not choice.labels:
            st.info("No class has such a name.", icon=":material/filter_alt_off:")
            return
        samples = sample_classes(dataset, choice.labels, choice.count, split=choice.split, seed=choice.seed)
        if choice.view == "wall":
            _wall(dataset, samples)
        else:
            st.caption("The first picture of a row is the mean of its class.", help=MEAN_HELP)
            means = cache.mean_images_of(dataset.name, choice.labels, choice.split)
            class_table(dataset, choice.labels, samples, means)
        _link(dataset, choice.labels)


def _choose(dataset: Dataset) -> _Choice:
    counts = count_images(dataset)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state.setdefault("class_rows_view", "rows")
        view = st.segmented_control(
            "Shown", list(VIEWS), format_func=VIEWS.__getitem__, required=True, width="content",
            **state.bind("class_rows_view"),
        )  # fmt: skip
        split = st.segmented_control(
            "Split", SPLITS, format_func=lambda name: SPLIT_NAMES[name].capitalize(), width="content",
            help="Without a choice, pictures of all splits.", **state.bind("class_rows_split"),
        )  # fmt: skip
        count = 1
        if view == "rows":
            count = st.selectbox(
                "Pictures a class", COUNTS, index=2, width=130, **state.bind("class_rows_count")
            )
        order = st.selectbox(
            "Order", ORDERS, format_func=ORDER_TITLES.__getitem__, width=180, **state.bind("class_rows_order")
        )
        containing = st.text_input("Class name contains", width=180, **state.bind("class_rows_name")).strip()
        st.button("Shuffle", icon=":material/shuffle:", on_click=_shuffle, help="Other random pictures.")
    shown = sort_classes(counts.assign(label=np.arange(len(counts))), order, containing=containing)
    labels = shown["label"].tolist()
    size = PICTURES_A_PAGE if view == "wall" else ROWS_A_PAGE
    page = _page(len(labels), size, f"{dataset.name}_{view}_{containing}")
    here = tuple(labels[(page - 1) * size : page * size])
    return _Choice(str(view), here, int(count), split, int(st.session_state.get(SEED, 0)))


def _page(num_classes: int, size: int, what: str) -> int:
    num_pages = max(1, -(-num_classes // size))
    if num_pages == 1:
        return 1
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(num_pages, **state.bind(f"class_rows_page_{what}"))
        st.caption(f"{num_classes:,} classes")
    return page


def _shuffle() -> None:
    st.session_state[SEED] = int(st.session_state.get(SEED, 0)) + 1


def _wall(dataset: Dataset, samples: Sequence[np.ndarray]) -> None:
    shown = np.concatenate(samples)
    names = [dataset.class_names[label] for label in dataset.labels(shown)]
    if not len(shown):
        st.info("No class has a picture in this split.", icon=":material/filter_alt_off:")
        return
    picture_picker(dataset, shown, captions=names, key="class_wall", size=72)


def _link(dataset: Dataset, labels: Sequence[int]) -> None:
    """Draw the way from a class to all of its pictures."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "All pictures of a class", [dataset.class_names[label] for label in labels], index=None,
            placeholder="Choose a class", width=260, key="class_rows_open",
        )  # fmt: skip
        if st.button("Show", disabled=name is None, on_click=open_class, args=(dataset.name, name)):
            st.rerun()

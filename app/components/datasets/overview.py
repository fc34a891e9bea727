"""Part "Overview": description, numbers, counts per class and split, what was left out."""

import pandas as pd
import streamlit as st

from app import state
from app.components.plain_text import plain
from core.datasets.balance import count_images, imbalance_ratio
from core.datasets.dataset import SPLITS, Dataset
from core.plots.balance import draw_class_balance

IMBALANCE_HELP = (
    "Images of the largest class divided by images of the smallest. At 1 all classes are equally frequent. "
    "The larger it is, the more a network gains by always answering with the frequent classes; then look at "
    "balanced accuracy, which counts every class the same."
)
LEFT_OUT_HELP = "Files that cannot be read as images, or rows without an image. They are used nowhere."
UNEVEN = 8  # imbalance ratio from which rare classes are hard to see on a linear axis


def overview_part(dataset: Dataset) -> None:
    """Draw description, number cards, chart, notes and the list of what was left out."""
    counts = count_images(dataset)
    st.markdown(plain(dataset.description))
    if dataset.root is not None and not dataset.root.is_dir():
        st.warning(
            f"The folder {plain(str(dataset.root))} is not there any more: its pictures cannot be shown or "
            f"trained on. Put it back, or delete this dataset and add it from its new place."
        )
    _cards(dataset, counts)
    _chart(dataset, counts)
    for note in dataset.notes:
        st.caption(f":material/info: {plain(note)}")
    if dataset.known_groups:
        _families(dataset.known_groups)
    if len(dataset.rejected):
        _left_out(dataset)


def _cards(dataset: Dataset, counts: pd.DataFrame) -> None:
    made = "came with the dataset" if dataset.given_split else f"were drawn with seed {dataset.seed}"
    splits = " / ".join(f"{counts[split].sum():,}" for split in SPLITS)
    splits_help = (
        f"The splits {made}. The network learns from the first, choices are made on the second, the last is "
        "kept for the final number. Images of one group stay together in the splits drawn here."
    )
    with st.container(horizontal=True):
        _card("Images", f"{dataset.num_images:,}")
        _card("Classes", f"{dataset.num_classes:,}")
        _card("Training / validation / test", splits, splits_help)
        _card("Imbalance ratio", f"{imbalance_ratio(counts):.3g} : 1", IMBALANCE_HELP)
        _card("Left out", f"{len(dataset.rejected):,}", LEFT_OUT_HELP)


def _card(label: str, value: str, explanation: str | None = None) -> None:
    st.metric(label, value, border=True, help=explanation, width="content")


def _chart(dataset: Dataset, counts: pd.DataFrame) -> None:
    title, choice = st.columns([4, 1], vertical_alignment="bottom")
    title.subheader("Images of each class", anchor=False, help=IMBALANCE_HELP)
    log = False
    if imbalance_ratio(counts) >= UNEVEN:
        log = choice.toggle(
            "Logarithmic",
            help="Each step up is ten times as many; rare classes can be seen then.",
            **state.bind("balance_log"),
        )
    with st.container(key="class_balance"):
        st.html(draw_class_balance(counts, log=log))
    largest, smallest = counts["total"].idxmax(), counts["total"].idxmin()
    if imbalance_ratio(counts) > 1:
        st.caption(
            f"The largest class, {plain(str(largest))} ({counts['total'].max():,}), has "
            f"{imbalance_ratio(counts):.3g} times as many images as the smallest, {plain(str(smallest))} "
            f"({counts['total'].min():,}). All splits together."
        )
    else:
        st.caption("All classes have the same number of images. All splits together.")


def _families(known: dict[str, str]) -> None:
    members: dict[str, list[str]] = {}
    for name, family in known.items():
        members.setdefault(family, []).append(name)
    with st.expander(f"{len(members)} families of classes that belong together, as the source says"):
        lines = [f"- **{plain(family)}**: {plain(', '.join(names))}" for family, names in members.items()]
        st.markdown("\n".join(lines))


def _left_out(dataset: Dataset) -> None:
    rejected = dataset.rejected
    with st.expander(f"{len(rejected):,} left out, with the reason", icon=":material/block:"):
        table = rejected[["path", "reason"]].fillna("").rename(columns={"path": "File", "reason": "Reason"})
        st.dataframe(table, hide_index=True, width="stretch")

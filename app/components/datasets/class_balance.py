"""How many images each class has: the chart of the first page, the numbers below it, and what helps."""

from typing import Any

import pandas as pd
import streamlit as st

from app import state
from app.components.datasets.parts import Part, go_to_part_button
from app.components.plain_text import plain
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.datasets.balance import FEW, Advice, Balance, advise, count_images, measure_balance, sort_classes
from core.datasets.dataset import Dataset
from core.plots.balance import draw_class_balance

IMBALANCE_HELP = (
    "Images of the largest class divided by images of the smallest. At 1 all classes are equally frequent. "
    "The larger it is, the more a network gains by always answering with the frequent classes; then look at "
    "balanced accuracy, which counts every class the same."
)
SHARE_HELP = "How often an answer is right that always names the largest class."
EFFECTIVE_HELP = (
    "That many equally frequent classes would be as hard to guess (exp of the entropy of the class shares). "
    "Far below the number of classes, a few classes make up most of the dataset."
)
FEW_HELP = (
    f"Classes with fewer than {FEW} images: too few to learn from, and too few for a test that means much."
)
ORDER_TITLES = {"order": "As in the dataset", "size": "Largest first", "name": "By name"}
UNEVEN = 8  # imbalance ratio from which rare classes are hard to see on a linear axis
MANY = 20  # classes from which it pays to search and sort them
REMEDIES: dict[str, tuple[str, str]] = {
    "prepare": ("Keep at most n a class", ":material/content_cut:"),
    "regroup": ("Merge classes", ":material/join:"),
    "evaluate": ("Balanced accuracy", ":material/fact_check:"),
    "train": ("Train", ":material/model_training:"),
}
PAGES = {"regroup": Page.REGROUP, "evaluate": Page.EVALUATE, "train": Page.TRAIN}


@st.fragment
def class_balance(dataset: Dataset) -> None:
    """Draw the chart with its choices, the numbers of the balance and the advice."""
    with shown_as_text():
        counts = count_images(dataset)
        balance = measure_balance(counts)
        st.subheader("Images of each class", anchor=False, help=IMBALANCE_HELP)
        shown, is_log, by_split = _choices(counts, balance)
        with st.container(key="class_balance"):
            st.html(draw_class_balance(shown, log=is_log, by_split=by_split))
        if not len(shown):
            st.caption("No class has such a name.")
        _numbers(balance)
        for number, advice in enumerate(advise(balance)):
            _advice(advice, number)


def _choices(counts: pd.DataFrame, balance: Balance) -> tuple[pd.DataFrame, bool, bool]:
    """Draw what the chart can be changed by; returns its rows, whether it is logarithmic, and by split."""
    order, containing, is_log = "order", "", False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if balance.ratio > 1:
            order = st.selectbox(
                "Order", list(ORDER_TITLES), format_func=ORDER_TITLES.__getitem__, width=200,
                **state.bind("balance_order"),
            )  # fmt: skip
        if len(counts) >= MANY:
            containing = st.text_input("Class name contains", width=200, **state.bind("balance_name")).strip()
        by_split = st.toggle(
            "By split",
            help="A bar for training, validation and test each.",
            **_default("balance_split", True),
        )
        if balance.ratio >= UNEVEN:
            is_log = st.toggle(
                "Logarithmic", help="Each step is ten times as many; rare classes can be seen then.",
                **state.bind("balance_log"),
            )  # fmt: skip
    return sort_classes(counts, order, containing=containing), is_log, by_split


def _default(key: str, value: bool) -> dict[str, Any]:
    st.session_state.setdefault(key, value)
    return state.bind(key)


def _numbers(balance: Balance) -> None:
    with st.container(horizontal=True, key="balance_numbers"):
        _number("Imbalance ratio", f"{balance.ratio:.3g} : 1", IMBALANCE_HELP)
        _number("Share of the largest class", f"{balance.largest_share:.3g}", SHARE_HELP)
        words = f"{balance.effective_classes:.3g} of {balance.num_classes:,}"
        _number("Effective number of classes", words, EFFECTIVE_HELP)
        _number(f"Classes under {FEW} images", f"{len(balance.few):,}", FEW_HELP)


def _number(title: str, value: str, explanation: str) -> None:
    st.metric(title, value, help=explanation, width="content", border=True)


def _advice(advice: Advice, number: int) -> None:
    text, button = st.columns([4, 1.3], vertical_alignment="center")
    text.markdown(f":material/lightbulb: {plain(advice.text)}")
    if not advice.remedy:
        return
    with button:
        title, icon = REMEDIES[advice.remedy]
        if advice.remedy == "prepare":
            go_to_part_button(title, Part.PREPARE, icon=icon, key=f"remedy_{number}")
        elif st.button(title, icon=icon, type="tertiary", key=f"remedy_{number}"):
            go_to(PAGES[advice.remedy])

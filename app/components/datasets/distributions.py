"""How sizes, light and file sizes vary, and the mean color of the training split: drawn when asked for."""

import pandas as pd
import streamlit as st

from app.components.datasets.scanning import scan_of
from app.failures import shown_as_text
from core.datasets.dataset import Dataset
from core.datasets.scanning.statistics import Distribution, channel_statistics, distributions
from core.plots.distributions import plot_distribution

CHANNELS_HELP = (
    "Mean and standard deviation of each color channel over all pixels of the training split, 0 to 255. "
    "Networks train better when their input is brought to mean 0 and deviation 1 with these numbers; the "
    "built-in ones have their own scaling inside."
)
TITLE = "Sizes, light and color"
FIGURES_A_ROW = 3


@st.fragment
def distributions_section(dataset: Dataset) -> None:
    """Draw a switch, and below it, when it is on, the figures; only then is plotly sent to the browser."""
    with shown_as_text():
        is_open = st.toggle(
            TITLE, key=f"distributions_{dataset.name}", help="How widths, heights, brightness and bytes vary."
        )
        if not is_open:
            return
        scan = scan_of(dataset)
        found = distributions(dataset, scan)
        for start in range(0, len(found), FIGURES_A_ROW):
            places = st.columns(FIGURES_A_ROW)
            for place, one in zip(places, found[start : start + FIGURES_A_ROW], strict=False):
                with place:
                    _draw(one)
        if scan is not None:
            _channels(channel_statistics(dataset, scan))


def _draw(found: Distribution) -> None:
    if found.smallest == found.largest or not len(found.counts):
        st.metric(found.name, f"{found.smallest:,.4g} {found.unit}".strip(), help="The same for all images.")
        return
    figure = plot_distribution(found.counts, found.edges, title=found.name, unit=found.unit)
    st.plotly_chart(figure, key=f"distribution_{found.name}", config={"displayModeBar": False})
    numbers = f"{found.smallest:,.3g} to {found.largest:,.3g}, median {found.median:,.3g}"
    st.caption(f"{numbers} ({found.unit})" if found.unit else numbers)


def _channels(statistics: pd.DataFrame) -> None:
    st.markdown("**Pixels of the training split**", help=CHANNELS_HELP)
    table = statistics.rename(columns={"mean": "Mean", "std": "Standard deviation"}).round(2)
    table.index = pd.Index([str(name).capitalize() for name in table.index], name="Channel")
    st.dataframe(table, width="content")

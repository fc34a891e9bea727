"""The map as a figure, and which of its points are selected.

Streamlit takes another figure for another widget, which forgets what was selected on it. Hence the sample ids
are kept here, and a figure that is drawn anew (other color, images left out) begins with them selected.
"""

from typing import Any

import numpy as np
import streamlit as st

from app.components.datasets.map_colors import Coloring
from core.datasets.dataset import Dataset
from core.datasets.mapping.embedding import ImageMap, MapSettings, is_shown
from core.plots.embedding import MapPoints
from core.words import SPLIT_NAMES

PAGE = "map_page"  # session key: which page of the selected pictures is shown
BUTTONS_AWAY = ["autoScale2d", "toImage"]
DIRECTIONS = ("First direction", "Second direction")


def draw_figure(
    dataset: Dataset, settings: MapSettings, image_map: ImageMap, coloring: Coloring
) -> np.ndarray:
    """Draw the map; return the sample ids of the selected images, ascending.

    Args:
        dataset: Whose images.
        settings: Which map it is.
        image_map: Where the points are.
        coloring: Their colors.
    """
    on_map = is_shown(dataset, image_map)
    shown = image_map.sample_ids[on_map]
    selected = selection_of(dataset)
    selected = selected[np.isin(selected, shown)]
    turn = st.session_state.get(_key("turn", dataset), 0)
    drawing = (dataset.version, settings, coloring.key, turn)
    kept = st.session_state.get(_key("drawing", dataset))
    if kept is None or kept[0] != drawing:
        kept = st.session_state[_key("drawing", dataset)] = (drawing, selected)
    points = MapPoints(
        coordinates=image_map.coordinates[on_map],
        sample_ids=shown,
        hover=_hover(dataset, shown),
        is_selected=np.isin(shown, kept[1]),
        axis_titles=_axis_titles(image_map),
    )
    key = f"{_key('chart', dataset)}_{turn}"
    st.plotly_chart(
        coloring.draw(points),
        key=key,
        on_select=lambda: _keep(dataset, st.session_state[key]),
        selection_mode=("points", "box", "lasso"),
        config={"displayModeBar": True, "displaylogo": False, "modeBarButtonsToRemove": BUTTONS_AWAY},
        alt=f"Map of {len(shown)} images of {dataset.name}",
    )
    return selected


def selection_of(dataset: Dataset) -> np.ndarray:
    """Return the sample ids selected last, ascending, shape ``(num_selected,)``, int64."""
    selected: np.ndarray = st.session_state.get(_key("selected", dataset), np.zeros(0, np.int64))
    return selected


def clear_selection(dataset: Dataset) -> None:
    """Select nothing; the map is drawn anew, since its own box would stay."""
    st.session_state[_key("selected", dataset)] = np.zeros(0, np.int64)
    st.session_state[_key("turn", dataset)] = st.session_state.get(_key("turn", dataset), 0) + 1


def _keep(dataset: Dataset, chart: Any) -> None:
    st.session_state.pop(PAGE, None)  # another selection begins with its first page
    ids = [int(point["customdata"]) for point in chart["selection"]["points"]]
    st.session_state[_key("selected", dataset)] = np.unique(np.array(ids, np.int64))


def _key(name: str, dataset: Dataset) -> str:
    return f"map_{name}_{dataset.name}"


def _axis_titles(image_map: ImageMap) -> tuple[str, str]:
    if image_map.explained is None:
        return ("", "")
    first, second = (
        f"{title} ({share:.0%} of all differences)"
        for title, share in zip(DIRECTIONS, image_map.explained, strict=True)
    )
    return first, second


def _hover(dataset: Dataset, sample_ids: np.ndarray) -> list[tuple[str, ...]]:
    """Class, split and file name of each point."""
    rows = dataset.table.iloc[sample_ids]
    in_files = dataset.root is not None
    places = rows["path"].tolist() if in_files else [f"picture {number}" for number in sample_ids.tolist()]
    names = [dataset.class_names[label] for label in rows["label"].tolist()]
    splits = [SPLIT_NAMES[split] for split in rows["split"].tolist()]
    return list(zip(names, splits, places, strict=True))

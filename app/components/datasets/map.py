"""Part "Map": each image a point, similar ones together; a box around points opens their pictures."""

import contextlib

import streamlit as st

from app import cache
from app.components.background_jobs import follow_job, is_running, start_job
from app.components.command import command_popover
from app.components.datasets.map_choices import MapChoice, choose_map
from app.components.datasets.map_colors import choose_coloring
from app.components.datasets.map_figure import draw_figure
from app.components.datasets.map_selection import selected_pictures
from app.failures import shown_as_text
from core.datasets.background import BackgroundJob
from core.datasets.dataset import Dataset
from core.datasets.mapping.embedding import ImageMap, compute_map, count_missing, is_shown, map_path
from core.errors import RegroupError
from core.explain.features import feature_reader
from core.words import counted

WAIT_S = 2.0  # a map that takes no longer is shown without a progress bar
# Columns of Streamlit stack on a phone only; pictures beside the map need some room of their own.
HALVES = """<style>
.st-key-map_halves > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"],
.st-key-map_halves > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
.st-key-map_halves [data-testid="stColumn"]:has(> * .st-key-map_plot) { min-width: min(520px, 100%); }
.st-key-map_halves [data-testid="stColumn"]:has(> * .st-key-map_pictures) { min-width: min(330px, 100%); }
</style>"""


@st.fragment
def map_part(dataset: Dataset) -> None:
    """Draw the choices, the map, and the pictures of what is selected on it."""
    with shown_as_text():
        if not dataset.num_images:
            st.info("Every image is left out, so there is nothing to map; take some back in.")
            return
        row = st.container(horizontal=True, vertical_alignment="bottom")
        choice = choose_map(dataset, row)
        image_map = _obtain(dataset, choice)
        if image_map is None:
            return
        coloring = choose_coloring(dataset, choice.run_id, row)
        st.html(HALVES)
        with st.container(key="map_halves"):
            left, right = st.columns([3, 2], gap="medium")
        with left, st.container(key="map_plot"):
            selected = draw_figure(dataset, choice.settings, image_map, coloring)
            _say_what_is_shown(dataset, choice, image_map)
            _offer_anew(dataset, choice, image_map)
            command_popover(_command(dataset, choice))
        with right, st.container(key="map_pictures"):
            selected_pictures(dataset, selected)


def _obtain(dataset: Dataset, choice: MapChoice) -> ImageMap | None:
    """Return the map; without one, draw its progress, or the button that makes it."""
    key = _job_key(dataset, choice)
    found = cache.image_map(dataset.name, choice.settings)
    if found is None and choice.is_quick and not is_running(key) and key not in st.session_state:
        st.session_state[key] = True  # once: it shall not begin again after a stop or a failure
        job = _start(key, dataset, choice)
        with st.spinner("Making the map"), contextlib.suppress(TimeoutError, RegroupError):
            job.result(WAIT_S)
    ended = follow_job(key)
    if ended is not None:
        with shown_as_text():
            ended.result()
        found = cache.image_map(dataset.name, choice.settings)
    if found is None and not is_running(key):
        st.markdown(f"There is no {choice.title} yet. {choice.hint}")
        if st.button("Make the map", type="primary", icon=":material/scatter_plot:", key="map_make"):
            _start(key, dataset, choice)
            st.rerun()
    return found


def _offer_anew(dataset: Dataset, choice: MapChoice, image_map: ImageMap) -> None:
    """Tell of images that were taken back in after the map was made, with the button that places them."""
    num_placed = len(image_map.sample_ids) + image_map.num_gone
    num_missing = count_missing(dataset, image_map)
    if num_placed < image_map.num_images or not num_missing:
        return
    st.caption(f"{counted(num_missing)} came back after the map was made and cannot be on it.")
    if st.button("Make the map anew", icon=":material/refresh:", key="map_again"):
        key = _job_key(dataset, choice)
        job = _start(key, dataset, choice)
        with st.spinner("Making the map"), contextlib.suppress(TimeoutError, RegroupError):
            job.result(WAIT_S)
        st.rerun()


def _job_key(dataset: Dataset, choice: MapChoice) -> str:
    return f"map-{map_path(dataset, choice.settings)}"


def _start(key: str, dataset: Dataset, choice: MapChoice) -> BackgroundJob[ImageMap]:
    reader = None
    if choice.run_id is not None:
        reader = feature_reader(cache.workspace(), cache.run(choice.run_id), dataset)
    settings = choice.settings
    return start_job(
        key,
        f"Map of {dataset.name}",
        lambda tell: compute_map(dataset, settings, read_features=reader, progress=tell),
    )


def _say_what_is_shown(dataset: Dataset, choice: MapChoice, image_map: ImageMap) -> None:
    num_placed = len(image_map.sample_ids) + image_map.num_gone
    sentences = [f"{choice.title}, {is_shown(dataset, image_map).sum():,} images of all splits."]
    if num_placed < image_map.num_images:
        sentences.append(
            f"They are a sample of all {image_map.num_images:,}: each class by its share, rare ones by more."
        )
    if image_map.num_gone:
        sentences.append(f"{image_map.num_gone:,} images could not be read any more and are not on it.")
    if image_map.explained is not None:
        sentences.append(
            f"The two directions show {sum(image_map.explained):.0%} of all differences between the images."
        )
    st.caption(" ".join(sentences))


def _command(dataset: Dataset, choice: MapChoice) -> list[str]:
    features = [] if choice.run_id is None else ["--features", choice.run_id]
    return [
        "datasets",
        "map",
        dataset.name,
        *features,
        "--method",
        choice.settings.method,
        "--csv",
        "map.csv",
    ]

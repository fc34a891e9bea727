"""Part "Augment": an image as nine epochs of training will see it, and the settings that decide it."""

import base64

import numpy as np
import streamlit as st

from app import cache, state
from app.commands.augment_options import arguments_of
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.thumbnail_grid import name_of
from app.components.train.augmentation_form import augmentation_form, choose_preset
from app.components.train.fields import image_size_field, seed_field
from app.failures import shown_as_text
from app.navigation import Page, go_to
from core.datasets.dataset import Dataset
from core.explain import service
from core.plots.image_grid import encode_png
from core.runs.augmentation import describe, find_risks
from core.runs.config import RunConfig
from core.words import SPLIT_NAMES

NUM_VARIANTS = 9
SMALL = 128  # pixels of width up to which an image is drawn with its pixels to be seen
STYLE = """<style>
.augmented { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 10px; max-width: 860px; }
.augmented figure { margin: 0; grid-column: auto; }
.augmented figure:first-child { grid-column: 1; grid-row: 1 / span 3; }
.augmented img { display: block; width: 100%; border-radius: 3px; }
.augmented figcaption { font-size: .75rem; opacity: .75; text-align: center; margin-top: 2px; }
</style>"""


@st.fragment
def augmentation_part(dataset: Dataset) -> None:
    """Draw the settings, the choice of an image, and what training makes of it."""
    service.warm_up()
    with shown_as_text():
        st.markdown(
            "Augmentation shows the network each training image turned, moved or mirrored, anew in every "
            "epoch. It then learns less by heart; the images on disk stay as they are."
        )
        choose_preset()
        left, right = st.columns([2, 3], gap="large")
        with left:
            augmentation = augmentation_form()
            with st.container(horizontal=True):
                image_size = image_size_field()
                seed = seed_field()
        with right:
            sample_id = _choose_image(dataset)
            config = RunConfig.make(
                dataset=dataset.name, image_size=image_size, seed=seed, augmentation=augmentation
            )
            _draw(dataset, sample_id, config)
            numbers = ["--image", f"{sample_id}", "--image-size", config.image_size.text, "--seed", f"{seed}"]
            command = ["datasets", "augment", dataset.name, *numbers, *arguments_of(augmentation)]
            with st.container(horizontal=True):
                if st.button("Train with these", icon=":material/model_training:"):
                    go_to(Page.TRAIN)
                command_popover([*command, "--out", "augmented.png"])


def _choose_image(dataset: Dataset) -> int:
    """Draw the choice of an image: any, of the next class, or by its number."""
    key = _key(dataset)
    if st.session_state.get(key, len(dataset.table)) >= len(dataset.table):
        st.session_state[key] = int(_training_images(dataset)[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Random image", icon=":material/shuffle:", on_click=_take_random, args=(dataset,))
        st.button("Next class", icon=":material/skip_next:", on_click=_take_next_class, args=(dataset,))
        sample_id = st.number_input(
            "Image number",
            min_value=0,
            max_value=len(dataset.table) - 1,
            help="The image's row in the dataset, counted from 0.",
            width=160,
            **state.bind(key),
        )
    return int(sample_id)


def _draw(dataset: Dataset, sample_id: int, config: RunConfig) -> None:
    row, augmentation = dataset.table.iloc[sample_id], config.augmentation
    original, variants = cache.augmented(
        dataset.name,
        sample_id,
        augmentation,
        resizing=config.resizing,
        seed=config.seed,
        num_epochs=NUM_VARIANTS,
    )
    if row["excluded"]:
        st.caption("This image was left out of the dataset; training never sees it.")
    elif row["split"] != "train":
        split = SPLIT_NAMES[row["split"]]
        st.caption(f"This is a {split} image: no run changes it. Shown is what would become of it.")
    _draw_pictures(original, variants)
    st.caption(plain(name_of(dataset, sample_id)))
    st.markdown(f"In each epoch every training image is {describe(augmentation)}.")
    st.caption(
        f"Pixel for pixel what a run with seed {config.seed} at {config.image_size.words} pixels sees in its "
        f"first {NUM_VARIANTS} epochs."
    )
    for risk in find_risks(augmentation, dataset.class_names):
        st.warning(plain(risk), icon=":material/warning:")


def _draw_pictures(original: np.ndarray, variants: np.ndarray) -> None:
    """Draw the image and, to its right in rows of three, what each epoch makes of it."""
    captions = ["As it is", *(f"Epoch {epoch}" for epoch in range(1, len(variants) + 1))]
    figures = [
        f'<figure><img src="data:image/png;base64,{base64.b64encode(encode_png(image)).decode()}" '
        f'alt="{caption}"><figcaption>{caption}</figcaption></figure>'
        for image, caption in zip([original, *variants], captions, strict=True)
    ]
    rendering = "pixelated" if len(original) <= SMALL else "auto"
    with st.container(key="augmented"):
        st.html(f'{STYLE}<div class="augmented" style="image-rendering:{rendering}">{"".join(figures)}</div>')


def _take_random(dataset: Dataset) -> None:
    st.session_state[_key(dataset)] = int(np.random.default_rng().choice(_training_images(dataset)))


def _take_next_class(dataset: Dataset) -> None:
    """Take an image of the class after that of the shown one, of which there are training images."""
    sample_ids = _training_images(dataset)
    labels = dataset.labels(sample_ids)
    shown = int(dataset.labels(np.array([st.session_state[_key(dataset)]]))[0])
    following = labels[np.argmin((labels - shown - 1) % dataset.num_classes)]
    candidates = sample_ids[labels == following]
    st.session_state[_key(dataset)] = int(np.random.default_rng().choice(candidates))


def _training_images(dataset: Dataset) -> np.ndarray:
    """Sample ids of the training images; of all images where there is none."""
    sample_ids = dataset.sample_ids("train")
    return sample_ids if len(sample_ids) else np.arange(len(dataset.table))


def _key(dataset: Dataset) -> str:
    return f"augment_image_{dataset.name}"

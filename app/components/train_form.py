"""The form of the Train page: data, network and training in folds, each setting with its own words."""

from typing import Any

import streamlit as st

from app import cache, state
from app.components.augmentation_form import augmentation_form, choose_preset
from app.components.datasets.parts import Part, open_part
from app.components.train_fields import image_size_field, number_field, seed_field, start_with
from app.navigation import Page, go_to
from core.models.catalog import CATALOG, ModelSpec
from core.regrouping.store import list_groupings
from core.runs.augmentation import Augmentation
from core.runs.config import ALPHAS, RunConfig

FIELDS = RunConfig.model_fields
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD with momentum"}
WEIGHTS = {"imagenet": "ImageNet", "none": "None (train it all)", "file": "A file"}


def train_form(dataset_name: str) -> dict[str, Any]:
    """Draw the form; returns the settings as ``RunConfig.make`` takes them."""
    settings: dict[str, Any] = {"dataset": dataset_name}
    with st.expander("Data", expanded=True, icon=":material/photo_library:"):
        settings |= _data_fold(dataset_name)
    with st.expander("Network", expanded=True, icon=":material/lan:"):
        settings |= _network_fold()
    with st.expander("Training", expanded=True, icon=":material/tune:"):
        settings |= _training_fold()
    with st.expander("Augmentation", icon=":material/auto_fix_high:"):
        settings["augmentation"] = _augmentation_fold()
    return settings


def _data_fold(dataset_name: str) -> dict[str, Any]:
    st.markdown(f"Dataset **{dataset_name}**, as chosen in the sidebar.")
    names = [saved.name for saved in list_groupings(cache.workspace(), dataset_name)]
    key = f"train_grouping_{dataset_name}"
    if st.session_state.get(key) not in names:
        st.session_state[key] = None
    placeholder = "None: every class by itself" if names else "None saved yet"
    grouping = st.selectbox(
        "Grouping",
        names,
        disabled=not names,
        placeholder=placeholder,
        help=FIELDS["grouping"].description,
        **state.bind(key),
    )
    return {"grouping": grouping}


def _network_fold() -> dict[str, Any]:
    start_with("model", FIELDS["model"].default)
    model = st.selectbox(
        "Model",
        list(CATALOG),
        format_func=lambda name: CATALOG[name].title,
        help=FIELDS["model"].description,
        on_change=_take_default_size,
        **state.bind("train_model"),
    )
    spec = CATALOG[model]
    settings = {"model": model, "image_size": image_size_field()}
    return settings | (_pretrained(spec) if spec.pretrained else {})


def _pretrained(spec: ModelSpec) -> dict[str, Any]:
    start_with("weights", FIELDS["weights"].default)
    weights = st.segmented_control(
        "Starting weights",
        list(WEIGHTS),
        format_func=WEIGHTS.__getitem__,
        required=True,
        help=FIELDS["weights"].description,
        **state.bind("train_weights"),
    )
    if weights == "file":
        weights = st.text_input(
            "Weights file",
            placeholder="/path/to/weights.h5",
            help=f"Weights for {spec.title} without its top layers.",
            **state.bind("train_weights_file"),
        )
    start_with("alpha", FIELDS["alpha"].default)
    alpha = st.selectbox(
        "Width (alpha)", ALPHAS, help=FIELDS["alpha"].description, **state.bind("train_alpha")
    )
    return {"weights": weights, "alpha": alpha}


def _training_fold() -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        settings: dict[str, Any] = {
            "epochs": number_field("epochs", "Epochs"),
            "batch_size": number_field("batch_size", "Batch size"),
            "patience": number_field("patience", "Early stopping after (epochs)"),
        }
    with right:
        settings["learning_rate"] = _learning_rate()
        start_with("optimizer", FIELDS["optimizer"].default)
        settings["optimizer"] = st.selectbox(
            "Optimizer",
            list(OPTIMIZERS),
            format_func=OPTIMIZERS.__getitem__,
            help=FIELDS["optimizer"].description,
            **state.bind("train_optimizer"),
        )
        settings["seed"] = seed_field()
    return settings


def _augmentation_fold() -> Augmentation | None:
    st.markdown(
        "Changes every training image a little, anew in each epoch: the network sees more variety and learns "
        "less by heart. Validation and test images stay as they are."
    )
    choose_preset()
    augmentation = augmentation_form()
    if st.button("See it on pictures", icon=":material/visibility:", help="Nine variants of an image."):
        open_part(Part.AUGMENT)
        go_to(Page.DATASETS)
    return augmentation


def _learning_rate() -> float:
    start_with("learning_rate", FIELDS["learning_rate"].default)
    return float(
        st.number_input(
            "Learning rate",
            min_value=1e-8,
            max_value=10.0,
            format="%.6g",
            step=1e-4,
            help=FIELDS["learning_rate"].description,
            **state.bind("train_learning_rate"),
        )
    )


def _take_default_size() -> None:
    """Another model was chosen: it begins with the image size that it was made for."""
    st.session_state["train_image_size"] = CATALOG[st.session_state["train_model"]].default_image_size.text

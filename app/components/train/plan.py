"""What a training will do, in words, before it is started."""

import streamlit as st

from app import cache
from app.components.plain_text import plain
from app.components.train.steps import count_steps
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.gaps import find_gaps
from core.evaluation.shown import pictures_seen
from core.regrouping.keeping.store import load_grouping
from core.runs.augmentation import describe, find_risks
from core.runs.config import RunConfig

CHOSEN_BY = {
    "val_loss": "choose the epoch of the lowest loss",
    "val_accuracy": "choose the epoch of the highest accuracy",
    "val_macro_f1": "choose the epoch of the highest macro F1",
    "last": "measure each epoch; the last one is kept",
}


def train_plan(dataset: Dataset, config: RunConfig) -> None:
    """Tell how much the network will see, and what it learns."""
    num_train, num_val, num_test = (len(dataset.sample_ids(split)) for split in SPLITS)
    steps = count_steps(dataset, config)
    seen = f"**{num_train:,} training images**"
    times = f"{config.epochs} times"
    if config.steps_per_epoch:
        seen = f"**{steps * config.batch_size:,} of {num_train:,} training images** an epoch"
        times = f"{config.epochs} epochs long"
    st.markdown(
        f"It sees {seen} of {plain(dataset.name)} at {config.image_size.words} pixels, {times}: **{steps:,} "
        f"steps an epoch**, {steps * config.epochs:,} in all. {num_val:,} validation images "
        f"{CHOSEN_BY[config.best_epoch]}; {num_test:,} test images are kept for the end. "
        f"{_labels(dataset, config)}"
    )
    if config.occluded_with is not None:
        st.markdown(f":material/hide_image: It is shown {plain(pictures_seen(config))}.")
    if config.batch_size > num_train:
        st.warning(
            f"A batch of {config.batch_size:,} is larger than the {num_train:,} training images: every epoch "
            f"is one step. A smaller batch learns more in the same time.",
            icon=":material/warning:",
        )
    for gap in find_gaps(dataset) if config.grouping is None else ():
        st.warning(plain(gap), icon=":material/warning:")
    _augmentation(dataset, config)


def _augmentation(dataset: Dataset, config: RunConfig) -> None:
    if config.augmentation is None:
        return
    when = "In each epoch every training image is **changed anew at random**"
    if config.augmentation_views:
        when = f"Of every training image **{config.augmentation_views} changed views** are made once"
    st.markdown(f"{when}: {describe(config.augmentation)}.")
    for risk in find_risks(config.augmentation, dataset.class_names):
        st.warning(plain(risk), icon=":material/warning:")


def _labels(dataset: Dataset, config: RunConfig) -> str:
    if config.grouping is None:
        return f"It learns **{dataset.num_classes} classes**."
    grouping = load_grouping(cache.workspace(), dataset.name, config.grouping).grouping
    groups = ", ".join(plain(name) for name in grouping.group_names[:12])
    more = " ..." if grouping.num_groups > 12 else ""
    return f"It learns the **{grouping.num_groups} groups** of {plain(config.grouping)}: {groups}{more}."

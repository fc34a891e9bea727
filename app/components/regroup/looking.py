"""Asking a network where it looked, picture by picture in the background; what it said is kept."""

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from app import cache
from app.cache.home import changed_at
from app.components.pictures_shown import find_shown
from core.datasets.background import BackgroundJob
from core.datasets.dataset import Dataset
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image
from core.datasets.parallel import Progress, progress_of_part
from core.evaluation.mistakes import rows_of_pair
from core.explain import service
from core.plots.image_grid import encode_png
from core.plots.overlay import fit, overlay_heatmap
from core.predictions import Predictions
from core.regrouping.evidence.facts import PairFacts
from core.runs.run import Run

NUM_IMAGES = 3  # of each direction
SIDE = 112  # pixels of a picture with a heat map
STRENGTH = 0.7  # of the heat map over the picture
MAX_KEPT = 300  # images whose pictures this server keeps, about 60 kB each
JOB = "regroup_look_job"


class Question(NamedTuple):
    """One mistake that the network is asked about.

    Attributes:
        key: What tells its pictures from those of another network, or of other images.
        sample_id: The image.
        classes: Class that was said, true class.
        caption: For below the pictures, any text.
    """

    key: tuple[object, ...]
    sample_id: int
    classes: tuple[int, int]
    caption: str


def questions_of(run: Run, predictions: Predictions, facts: PairFacts) -> list[Question]:
    """Return the surest mistakes of each direction."""
    shown = find_shown(run, predictions.split)
    network = (str(run.directory), changed_at(run.model_path), shown.name, shown.images_hash)
    found = []
    for true, said in (facts.indices, facts.indices[::-1]):
        for row in rows_of_pair(predictions, true, said)[:NUM_IMAGES]:
            sample_id = int(predictions.sample_ids[row])
            caption = _caption(predictions, int(row), true, said)
            found.append(Question((*network, sample_id, said, true), sample_id, (said, true), caption))
    return found


def start_looking(run: Run, questions: list[Question]) -> None:
    """Ask about what is not known yet, in the background; what this window asked before is stopped."""
    stop_looking()
    kept = cache.looks()
    unknown = [question for question in questions if question.key not in kept]
    shown = find_shown(run, "val")

    def work(progress: Progress) -> None:
        for done, question in enumerate(unknown):
            # The first answer waits for the helper to start and tells nothing of the time that is left.
            tell = progress_of_part(progress, "after the first") if done else None
            (tell or progress)(max(0, done - 1), len(unknown) - 1)
            pictures = _look(run, shown, question)
            kept[question.key] = pictures
            while len(kept) > MAX_KEPT:
                kept.pop(next(iter(kept)), None)

    if unknown:
        st.session_state[JOB] = BackgroundJob("Grad-CAM", work)


def stop_looking() -> None:
    """Ask no further; the picture that the network is at is its last."""
    job = looking()
    if job is not None:
        job.stop()
        del st.session_state[JOB]


def looking() -> BackgroundJob[Any] | None:
    """What this window asked last, unless it was stopped; it may have ended."""
    job: BackgroundJob[Any] | None = st.session_state.get(JOB)
    return job


def _look(run: Run, shown: Dataset, question: Question) -> list[bytes]:
    """Return pictures (PNG): the image, then what speaks for the class that was said, and for the true one.

    Called in a thread, so it calls nothing of Streamlit's.
    """
    pixels = read_image(shown, question.sample_id)
    seen = resize_image(pixels, run.config.resizing)
    heatmaps = [service.show_cam(run, seen, index).heatmap for index in question.classes]
    overlays = [overlay_heatmap(pixels, heat, strength=STRENGTH, side=SIDE) for heat in heatmaps]
    return [encode_png(picture) for picture in (fit(pixels, SIDE), *overlays)]


def _caption(predictions: Predictions, row: int, true: int, said: int) -> str:
    names, probs = predictions.class_names, np.asarray(predictions.probs[row], float)
    return f"said {names[said]} ({probs[said]:.0%}), is {names[true]} ({probs[true]:.0%})"

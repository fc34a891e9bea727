"""Trials before a run is queued: how long will it take, and which learning rate suits it?

The work is that of ``core.training.trial`` in a process of its own, so that no TensorFlow comes in here.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.datasets.parallel import Progress
from core.errors import RunError
from core.jobs.devices import VISIBLE_VARIABLE, find_slots
from core.jobs.errands import run_errand
from core.jobs.queue import resolve
from core.runs.config import RunConfig
from core.runs.slots import slot_holder
from core.workspace import Workspace

MODULE = "core.training.trial"
NO_GPU = "-1"  # as CUDA_VISIBLE_DEVICES
NEAR = 1.5  # times; a first loss within it is what guessing costs


@dataclass(frozen=True)
class DryRun:
    """What a run will take, estimated from three batches; seconds are those of this machine as it is now.

    Attributes:
        num_steps: Batches in an epoch.
        num_batches: Different batches that were tried.
        first_step_seconds: Of the first step, which includes compiling.
        step_seconds: Of each later step.
        val_seconds: Of one validation.
        test_seconds: Of the predictions for the test images at the end.
        decode_seconds: Of decoding all images once; 0 when they are at hand at this size.
        feature_seconds: Of computing the frozen layers once, see ``RunConfig.feature_cache``; 0 without.
        seconds_per_epoch: Of each epoch after the first.
        first_epoch_seconds: Of everything up to the end of the first epoch.
        run_seconds: Of all epochs, and the predictions at the end.
        peak_memory: Bytes of the process, with the pixels that a training holds.
        gpu_memory: Bytes on the GPU; None without one.
        first_loss: Cross-entropy before the first step, without class weights, smoothing and the like.
        expected_loss: The same of a network that guesses evenly, ln(number of classes).
        num_classes: Classes, or groups, to tell apart.
        device: What it was computed on.
        remarks: Sentences on these numbers, for people.
    """

    num_steps: int
    num_batches: int
    first_step_seconds: float
    step_seconds: float
    val_seconds: float
    test_seconds: float
    decode_seconds: float
    feature_seconds: float
    seconds_per_epoch: float
    first_epoch_seconds: float
    run_seconds: float
    peak_memory: int
    gpu_memory: int | None
    first_loss: float
    expected_loss: float
    num_classes: int
    device: str
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class RateCurve:
    """Losses of a short training in which the learning rate grows from step to step.

    Attributes:
        rates: Learning rate of each step, shape ``(num_steps,)``; the training ends when it diverges.
        losses: Smoothed loss of each step, shape ``(num_steps,)``.
        raw_losses: Loss of each single batch, shape ``(num_steps,)``.
        suggestion: The rate at which the loss falls most steeply; None where it does not fall.
        reason: One sentence on the suggestion.
    """

    rates: np.ndarray
    losses: np.ndarray
    raw_losses: np.ndarray
    suggestion: float | None
    reason: str


def dry_run(workspace: Workspace, config: RunConfig, *, progress: Progress | None = None) -> DryRun:
    """Try three batches with the pipeline, network and settings of a run; nothing is kept.

    Args:
        workspace: Where the dataset is.
        config: The settings, as for ``core.jobs.queue.submit``.
        progress: Called with (done, total) from time to time; what it raises stops the trial.

    Raises:
        RegroupError: As ``core.jobs.queue.submit``; or all GPUs are busy, or the process died.
    """
    config = resolve(workspace, config, progress=progress)
    place, competitor = _find_place(workspace, config.num_devices)
    told = _try(workspace, config, place, task="dry_run", what="The dry run", progress=progress)
    per_epoch = told["num_steps"] * told["step_seconds"] + told["val_seconds"]
    once = told["decode_seconds"] + told["feature_seconds"]
    first = once + told["first_step_seconds"] - told["step_seconds"] + per_epoch
    end = told["val_seconds"] + told["test_seconds"]
    expected = math.log(told["num_classes"])
    return DryRun(
        **told,
        seconds_per_epoch=per_epoch,
        first_epoch_seconds=first,
        run_seconds=first + (config.epochs - 1) * per_epoch + end,
        expected_loss=expected,
        remarks=tuple(_remarks(told, config, expected, competitor)),
    )


def find_learning_rate(
    workspace: Workspace, config: RunConfig, *, progress: Progress | None = None
) -> RateCurve:
    """Train a hundred steps with learning rates from 1e-7 to 10, on training images alone; nothing is kept.

    See ``core.training.lr_finder``. The settings' own learning rate and schedule play no part.

    Args:
        workspace: Where the dataset is.
        config: The settings, as for ``core.jobs.queue.submit``.
        progress: Called with (done, total) from time to time; what it raises stops the trial.

    Raises:
        RegroupError: As ``core.jobs.queue.submit``; or all GPUs are busy, or the process died.
    """
    config = resolve(workspace, config, progress=progress)
    place, _ = _find_place(workspace, config.num_devices)
    what = "The search for a learning rate"
    told = _try(workspace, config, place, task="find_rate", what=what, progress=progress)
    curves = {name: np.array(told[name], np.float64) for name in ("rates", "losses", "raw_losses")}
    return RateCurve(**curves, suggestion=told["suggestion"], reason=told["reason"])


def _try(
    workspace: Workspace, config: RunConfig, place: str, *, task: str, what: str, progress: Progress | None
) -> dict[str, Any]:
    request = {
        "task": task,
        "workspace": str(workspace.root),
        "config": config.model_dump(mode="json"),
        "is_nice": place == NO_GPU,
    }
    return run_errand(MODULE, request, what=what, environment={VISIBLE_VARIABLE: place}, progress=progress)


def _find_place(workspace: Workspace, num_devices: int) -> tuple[str, str | None]:
    """Return names of GPUs on which nothing is trained, else the CPU with the run that is trained on it.

    Raises:
        RunError: Too few GPUs are free.
    """
    slots = find_slots()
    holders = {slot.visible: slot_holder(workspace, slot.name) for slot in slots}
    if slots[0].kind == "cpu":
        return slots[0].visible, holders[slots[0].visible]
    free = [visible for visible, holder in holders.items() if holder is None]
    if len(free) < num_devices:
        busy = next(holder for holder in holders.values() if holder is not None)
        raise RunError(
            f"Run {busy} is being trained, and a trial beside it would take its GPU's memory; "
            f"wait until it is done, or cancel it."
        )
    return ",".join(free[:num_devices]), None


def _remarks(told: dict[str, Any], config: RunConfig, expected: float, competitor: str | None) -> list[str]:
    remarks = [_about_loss(told["first_loss"], expected, told["num_classes"], config)]
    if told["decode_seconds"]:
        remarks.append("Images are decoded once, before the first epoch, and kept at this size.")
    if told["feature_seconds"]:
        remarks.append(
            "The frozen layers are computed once for each image, before the first epoch (unless another run "
            "has left them); after that an epoch trains the rest alone."
        )
    if competitor is not None:
        remarks.append(f"Run {competitor} was being trained beside it: alone, a run takes less time.")
    return remarks


def _about_loss(loss: float, expected: float, num_classes: int, config: RunConfig) -> str:
    numbers = f"The loss before the first step is {loss:.2f}"
    guessing = f"what guessing evenly among {num_classes} classes costs (ln {num_classes} = {expected:.2f})"
    if config.class_weights != "none" or config.label_smoothing or config.loss != "cross_entropy":
        numbers += " (plain cross-entropy, without weights or smoothing)"
    if not math.isfinite(loss):
        return f"{numbers}, which is no number: look at the weights and the scaling of the pixels."
    if loss > NEAR * expected:
        return f"{numbers}, far more than {guessing}: look at the scaling of the pixels and the first layers."
    if loss < expected / NEAR:
        return f"{numbers}, less than {guessing}: the network knows something of these classes already."
    return f"{numbers}, near {guessing}, as it should be."

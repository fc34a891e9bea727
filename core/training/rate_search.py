"""A search for the learning rate with the pipeline, network and settings of a run; see ``lr_finder``."""

from typing import Any

import numpy as np
import tensorflow as tf

from core.datasets.store import load_dataset
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.training.errand import Tell
from core.training.few_samples import read_few
from core.training.lr_finder import NUM_STEPS, LossOfSteps, rate_range, smooth_losses, suggest_rate
from core.training.optimization import compile_model
from core.training.pipeline import TrainingBatches, check_trainable, select_samples
from core.training.pixel_stats import needed_stats
from core.workspace import Workspace


def search_rate(
    workspace: Workspace, config: RunConfig, *, strategy: tf.distribute.Strategy, tell: Tell
) -> dict[str, Any]:
    """Return the fields of ``core.jobs.trials.RateCurve``; only training images are looked at.

    Raises:
        DatasetError: The dataset cannot be read or learned from.
        ModelError: The network cannot be built.
    """
    dataset = load_dataset(workspace, config.dataset)
    check_trainable(dataset, config)
    no_pixels = np.zeros((0, *config.image_size, 3), np.uint8)
    everything = select_samples(dataset, config, no_pixels, "train")
    train, _ = read_few(workspace, dataset, config, everything, num_batches=NUM_STEPS, tell=tell)
    stats = needed_stats(config, train.pixels, train.sample_ids)
    tell("Building the network", 0, NUM_STEPS)
    with strategy.scope():
        model = build_model(config, len(train.class_names), pixel_stats=stats, workspace=workspace)
        rates = compile_model(model, config, num_steps=NUM_STEPS)
    rates.set(rate_range())
    batches = TrainingBatches(train, config)
    batches.start_epoch(1)
    losses = LossOfSteps(lambda done: tell("Training with growing learning rates", done, NUM_STEPS))
    model.fit(
        batches.dataset.repeat(),
        steps_per_epoch=NUM_STEPS,
        callbacks=[losses],
        verbose=0,
        shuffle=False,
    )
    raw = np.array(losses.losses)
    smoothed, tried = smooth_losses(raw), rate_range()[: len(raw)]
    suggestion = suggest_rate(tried, smoothed)
    return {
        "rates": tried.tolist(),
        "losses": smoothed.tolist(),
        "raw_losses": raw.tolist(),
        "suggestion": suggestion.rate,
        "reason": suggestion.reason,
    }

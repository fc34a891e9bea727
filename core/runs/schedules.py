"""The learning rate of every step, as numbers: what a page draws is what a training uses.

A rate is the run's learning rate times a schedule and a warm-up. The schedules are those of Keras:
``CosineDecay`` (https://arxiv.org/abs/1608.03983), ``ExponentialDecay`` in stairs, and the callback
``ReduceLROnPlateau``, whose state follows from the history, so that a resumed run goes on with the rates that
it would have had.
"""

from typing import TYPE_CHECKING

import numpy as np

from core.runs.config import RunConfig

if TYPE_CHECKING:
    import pandas as pd


def learning_rates(config: RunConfig, steps_per_epoch: int) -> np.ndarray:
    """Return the rate of every step of a run as far as known beforehand: no plateau is reached.

    Args:
        config: The run's settings.
        steps_per_epoch: Batches in an epoch.

    Returns:
        Float64, shape ``(epochs * steps_per_epoch,)``.

    >>> config = RunConfig(dataset="d", epochs=3, schedule="step", schedule_epochs=2, learning_rate=0.5)
    >>> learning_rates(config, 2).tolist()
    [0.5, 0.5, 0.5, 0.5, 0.05, 0.05]
    """
    return _rates(config, np.arange(config.epochs * steps_per_epoch), steps_per_epoch, num_cuts=0)


def epoch_rates(
    config: RunConfig, epoch: int, steps_per_epoch: int, history: "pd.DataFrame | None" = None
) -> np.ndarray:
    """Return the rate of each step of one epoch.

    Args:
        config: The run's settings.
        epoch: Counted from 1.
        steps_per_epoch: Batches in an epoch.
        history: At least the epochs before this one; column ``val_loss`` tells plateaus.

    Returns:
        Float64, shape ``(steps_per_epoch,)``.
    """
    num_cuts = 0
    if config.schedule == "plateau" and history is not None and len(history):
        num_cuts = _count_plateaus(history["val_loss"].to_numpy()[: epoch - 1], config.schedule_epochs)
    steps = np.arange((epoch - 1) * steps_per_epoch, epoch * steps_per_epoch)
    return _rates(config, steps, steps_per_epoch, num_cuts=num_cuts)


def _rates(config: RunConfig, steps: np.ndarray, steps_per_epoch: int, *, num_cuts: int) -> np.ndarray:
    """Rates of these steps; ``num_cuts`` is how often a plateau has been reached before them."""
    warmup_steps = round(config.warmup_epochs * steps_per_epoch)
    share = np.ones(len(steps))
    if config.schedule == "cosine":
        falling_steps = max(1, config.epochs * steps_per_epoch - warmup_steps)
        progress = np.clip((steps - warmup_steps) / falling_steps, 0, 1)
        cosine = (1 + np.cos(np.pi * progress)) / 2
        share = config.least_rate + (1 - config.least_rate) * cosine
    elif config.schedule == "step":
        share = config.schedule_factor ** (steps // (steps_per_epoch * config.schedule_epochs))
    elif config.schedule == "plateau":
        share *= config.schedule_factor**num_cuts
    share = np.maximum(share, config.least_rate)
    return config.learning_rate * share * np.minimum(1, (steps + 1) / max(1, warmup_steps))


def _count_plateaus(val_losses: np.ndarray, patience: int) -> int:
    """How often validation loss has not fallen for ``patience`` epochs, each time counted anew."""
    num_cuts, waited, lowest = 0, 0, np.inf
    for loss in val_losses:
        waited = 0 if loss < lowest else waited + 1
        lowest = min(lowest, loss)
        if waited >= patience:
            num_cuts, waited = num_cuts + 1, 0
    return num_cuts

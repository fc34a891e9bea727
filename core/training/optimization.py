"""From a run's settings to a compiled model: optimizer, learning rates, loss and metrics."""

import keras
import numpy as np

from core.runs.config import RunConfig
from core.training.environment import uses_xla
from core.training.losses import build_loss
from core.training.metrics import build_metrics
from core.training.schedules import EpochRates

ADAMW_DECAY = 0.004  # Keras' default


def compile_model(
    model: keras.Model, config: RunConfig, *, num_steps: int = 1, steps_per_execution: int = 1
) -> EpochRates:
    """Give a model the optimizer, loss and metrics of a run, with all their variables.

    Args:
        model: From anything to probabilities, shape ``(batch, num_classes)``.
        config: The run's settings.
        num_steps: Batches in an epoch.
        steps_per_execution: Steps that one call of the graph makes.

    Returns:
        The learning rates; ``start_epoch`` is to be called before each epoch.
    """
    num_classes = model.output_shape[-1]
    rates = EpochRates(config, num_steps)
    model.compile(
        optimizer=build_optimizer(config, rates),
        loss=build_loss(config),
        metrics=build_metrics(num_classes),
        jit_compile=uses_xla(config),
        steps_per_execution=steps_per_execution,
    )
    rates.follow(model.optimizer)
    # Otherwise Keras makes the variables of optimizer and metrics in the first step, and traces it twice.
    model.optimizer.build(model.trainable_variables)
    y_true, probs = np.zeros(1, np.int64), np.full((1, num_classes), 0.5, np.float32)
    model.compute_loss(y=y_true, y_pred=probs)
    model.compute_metrics(None, y_true, probs)
    model.reset_metrics()
    if model.distribute_strategy.num_replicas_in_sync > 1:
        # Keras 3.15 would build it all once more from the mean of the devices' first parts of a batch, and
        # fails where these are not equally large.
        model._maybe_symbolic_build = lambda *_, **__: None
    return rates


def build_optimizer(
    config: RunConfig, rate: float | keras.optimizers.schedules.LearningRateSchedule
) -> keras.optimizers.Optimizer:
    """Return the optimizer of a run.

    Weight decay is decoupled from the gradient (https://arxiv.org/abs/1711.05101), for all optimizers alike;
    clipping shortens the gradient of all weights together.

    Args:
        config: The run's settings.
        rate: Its learning rate.
    """
    decay = config.weight_decay
    if decay is None and config.optimizer == "adamw":
        decay = ADAMW_DECAY
    common = {"learning_rate": rate, "global_clipnorm": config.clip_norm or None}
    if config.optimizer == "adamw":
        return keras.optimizers.AdamW(weight_decay=decay, **common)
    common["weight_decay"] = decay or None
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(momentum=config.momentum, **common)
    optimizers = {
        "adam": keras.optimizers.Adam,
        "rmsprop": keras.optimizers.RMSprop,
        "adagrad": keras.optimizers.Adagrad,
    }
    return optimizers[config.optimizer](**common)
